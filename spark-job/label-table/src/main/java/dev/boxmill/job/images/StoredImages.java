package dev.boxmill.job.images;

import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.Locations;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Reads images again from where a label table says they were: a file, or an entry of a tar archive.
 *
 * @param mostArchiveBytes an archive is read from its start; entries that lie further in are not
 *     looked for
 */
public record StoredImages(Configuration hadoop, long mostArchiveBytes) {

  /**
   * The file to open for an image: itself, or the file around it. A folder's name may end in an
   * exclamation mark, so a file that exists as named is itself.
   */
  public String container(String uri) {
    String mark = TarImages.ENTRY;
    for (int entry = uri.indexOf(mark); entry >= 0; entry = uri.indexOf(mark, entry + 1)) {
      String around = uri.substring(0, entry);
      boolean beside = uri.startsWith(TarImages.ENTRY_BESIDE_FOLDER, entry);
      if ((ImageNames.isArchive(around) || ImageNames.isParquet(around))
          && (beside || !exists(uri))) {
        return around;
      }
    }
    return uri;
  }

  /** A store that can't tell has no such file. */
  private boolean exists(String uri) {
    try {
      Path path = new Path(uri);
      return Locations.store(path, hadoop).exists(path);
    } catch (IOException | RuntimeException unknown) {
      return false;
    }
  }

  /**
   * Gives the bytes of those images that are found.
   *
   * @param uris addresses in that container
   * @throws IOException if the container can't be read; images before the fault were given
   */
  public void read(String container, Collection<String> uris, BiConsumer<String, byte[]> found)
      throws IOException {
    if (uris.contains(container)) {
      ListedFile file = ListedFile.image(container, ListedFile.UNKNOWN_LENGTH);
      found.accept(container, new FileContent(file, hadoop).read());
      return;
    }
    if (ImageNames.isArchive(container)) {
      readEntries(container, new HashSet<>(uris), found);
    }
  }

  private void readEntries(String archive, Set<String> wanted, BiConsumer<String, byte[]> found)
      throws IOException {
    String prefix = TarImages.prefix(archive, hadoop);
    try (TarImages entries =
        TarImages.of(archive, hadoop, name -> wanted.contains(prefix + name))) {
      while (!wanted.isEmpty() && entries.bytesRead() < mostArchiveBytes && entries.hasNext()) {
        ImageInput image = entries.next();
        wanted.remove(image.uri());
        found.accept(image.uri(), image.content().read());
      }
    }
  }
}
