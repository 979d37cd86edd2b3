package dev.boxmill.job.preview;

import dev.boxmill.job.storage.Locations;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Reads images again from where the table says they were: a file, or an entry of a tar archive. */
record ImageBytes(Configuration hadoop) {
  /** Between an archive and its entry in an image's address. */
  private static final String ENTRY = "!/";

  private static final int BUFFER_BYTES = 1 << 20;
  private static final long MAX_IMAGE_BYTES = 256L << 20;

  /**
   * An archive is read from its start; what lies further in is not worth the wait for a preview.
   */
  private static final long MAX_ARCHIVE_BYTES = 1L << 30;

  /**
   * The file to open for an image: itself, or the file around it. A folder's name may end in an
   * exclamation mark, so a file that exists as named is itself.
   */
  String container(String uri) {
    for (int entry = uri.indexOf(ENTRY); entry >= 0; entry = uri.indexOf(ENTRY, entry + 1)) {
      String around = uri.substring(0, entry);
      if ((isArchive(around) || isTable(around)) && !exists(uri)) {
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

  /** Whether an image's bytes lie in a row of that file. */
  static boolean isTable(String container) {
    String name = container.toLowerCase(Locale.ROOT);
    return name.endsWith(".parquet") || name.endsWith(".parq");
  }

  /**
   * Gives the bytes of those images that are found.
   *
   * @param uris addresses in that container
   * @throws IOException if the container can't be read; images before the fault were given
   */
  void read(String container, Collection<String> uris, BiConsumer<String, byte[]> found)
      throws IOException {
    if (uris.contains(container)) {
      found.accept(container, file(container));
      return;
    }
    if (isArchive(container)) {
      entries(container, new HashSet<>(uris), found);
    }
  }

  private byte[] file(String uri) throws IOException {
    try (InputStream stream = open(uri)) {
      return limited(stream);
    }
  }

  private void entries(String archive, Set<String> wanted, BiConsumer<String, byte[]> found)
      throws IOException {
    try (InputStream stream = unzipped(archive);
        TarArchiveInputStream tar = new TarArchiveInputStream(stream, "UTF-8")) {
      TarArchiveEntry entry = tar.getNextEntry();
      while (entry != null && !wanted.isEmpty() && tar.getBytesRead() < MAX_ARCHIVE_BYTES) {
        String uri = archive + ENTRY + entry.getName();
        if (wanted.remove(uri)) {
          found.accept(uri, whole(tar, entry));
        }
        entry = tar.getNextEntry();
      }
    }
  }

  private static byte[] whole(InputStream tar, TarArchiveEntry entry) throws IOException {
    byte[] bytes = limited(tar);
    if (bytes.length < entry.getSize()) {
      throw new EOFException("the archive breaks off inside its entry " + entry.getName());
    }
    return bytes;
  }

  private static byte[] limited(InputStream stream) throws IOException {
    byte[] bytes = stream.readNBytes((int) MAX_IMAGE_BYTES + 1);
    if (bytes.length > MAX_IMAGE_BYTES) {
      throw new IOException("it is larger than " + (MAX_IMAGE_BYTES >> 20) + " MiB");
    }
    return bytes;
  }

  private InputStream unzipped(String archive) throws IOException {
    InputStream stream = open(archive);
    if (!archive.toLowerCase(Locale.ROOT).endsWith("gz")) {
      return stream;
    }
    try {
      return new BufferedInputStream(new GZIPInputStream(stream, BUFFER_BYTES), BUFFER_BYTES);
    } catch (IOException e) {
      stream.close();
      throw e;
    }
  }

  private InputStream open(String uri) throws IOException {
    Path path = new Path(uri);
    return Locations.store(path, hadoop).open(path, BUFFER_BYTES);
  }

  private static boolean isArchive(String container) {
    String name = container.toLowerCase(Locale.ROOT);
    return name.endsWith(".tar") || name.endsWith(".tar.gz") || name.endsWith(".tgz");
  }
}
