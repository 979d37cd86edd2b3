package dev.boxmill.job.images;

import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.schemas.ErrorCategory;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/**
 * The images of one tar archive, streamed in the archive's order: an image's bytes are in memory
 * from when it is given until its consumer drops it. Entries that are not images are skipped. A
 * damaged archive gives, after its last whole entry, one input under the archive's own name that
 * can't be read. A store that fails on the way is no damage: it is thrown, so that Spark tries the
 * task again and no later entry is lost.
 */
public final class TarImages implements Iterator<ImageInput>, Closeable {

  /** Between an archive and its entry in an image's address. */
  public static final String ENTRY = "!/";

  private static final int BUFFER_BYTES = 1 << 20;
  private static final int RECORD_BYTES = 512;

  private final String archive;
  private final StoreStream store;
  private final TarArchiveInputStream entries;
  private final Set<String> given = new HashSet<>();
  private String lastGiven;
  private ImageInput next;
  private boolean ended;

  private final Predicate<String> wanted;

  private TarImages(
      String archive, StoreStream store, InputStream stream, Predicate<String> wanted) {
    this.archive = archive;
    this.store = store;
    this.wanted = wanted;
    this.entries = new TarArchiveInputStream(stream, "UTF-8");
  }

  /**
   * An archive that is not there, may not be read or is none gives one input that can't be read.
   *
   * @param atEnd takes what closes the archive when its task ends, also when it is killed
   * @throws IOException if the store fails
   */
  public static Iterator<ImageInput> open(
      String archive, Configuration hadoop, Consumer<Runnable> atEnd) throws IOException {
    try {
      TarImages images = of(archive, hadoop, TarImages::isImage);
      atEnd.accept(images::closeQuietly);
      return images;
    } catch (FileNotFoundException
        | NoSuchFileException
        | AccessDeniedException
        | AccessControlException
        | EOFException
        | ZipException failure) {
      return Set.of(broken(archive, FailureReason.of(failure), failure)).iterator();
    }
  }

  /** Whether the archive holds an image; reads no further than its first one. */
  public static boolean holdsImage(String archive, Configuration hadoop) throws IOException {
    try (TarImages images = of(archive, hadoop, TarImages::isImage)) {
      return images.nextImageEntry() != null;
    }
  }

  /**
   * Some of an archive's entries.
   *
   * @param wanted by an entry's name, whether it is given
   * @throws IOException if the archive can't be opened
   */
  static TarImages of(String archive, Configuration hadoop, Predicate<String> wanted)
      throws IOException {
    Path path = new Path(archive);
    FSDataInputStream stream = Locations.filesystem(path, hadoop).open(path, BUFFER_BYTES);
    try {
      StoreStream store = new StoreStream(stream);
      InputStream buffered = new BufferedInputStream(store, BUFFER_BYTES);
      InputStream tar = ImageNames.isGzipped(archive) ? new GZIPInputStream(buffered) : buffered;
      return new TarImages(archive, store, tar, wanted);
    } catch (IOException | RuntimeException failure) {
      stream.close();
      throw failure;
    }
  }

  @Override
  public boolean hasNext() {
    if (next == null && !ended) {
      next = advance();
    }
    return next != null;
  }

  @Override
  public ImageInput next() {
    if (!hasNext()) {
      throw new NoSuchElementException("No image is left in " + archive);
    }
    ImageInput current = next;
    next = null;
    return current;
  }

  @Override
  public void close() throws IOException {
    ended = true;
    entries.close();
  }

  /** For a stream that is of no more use, whatever it says. */
  private void closeQuietly() {
    try {
      close();
    } catch (IOException | RuntimeException useless) {
      ended = true;
    }
  }

  private ImageInput advance() {
    try {
      TarArchiveEntry entry = nextImageEntry();
      if (entry != null) {
        return image(entry);
      }
      close();
      return null;
    } catch (IOException | RuntimeException failure) {
      closeQuietly();
      if (store.failed()) {
        throw new UncheckedIOException(
            new IOException(
                "Cannot read archive " + archive + ": " + FailureReason.of(failure), failure));
      }
      String after = lastGiven == null ? "" : " after its entry " + lastGiven;
      return broken(archive, "it breaks off" + after + ", " + FailureReason.of(failure), failure);
    }
  }

  private TarArchiveEntry nextImageEntry() throws IOException {
    TarArchiveEntry entry = nextEntry();
    while (entry != null && !isNewImage(entry)) {
      entry = nextEntry();
    }
    return entry;
  }

  /** A header whose checksum is wrong may name another image: nothing from there on is sure. */
  private TarArchiveEntry nextEntry() throws IOException {
    TarArchiveEntry entry = entries.getNextEntry();
    if (entry == null && entries.getBytesRead() % RECORD_BYTES != 0) {
      throw new EOFException("the archive ends inside a header");
    }
    if (entry != null && !entry.isCheckSumOK()) {
      throw new IOException("the header of an entry is damaged");
    }
    return entry;
  }

  private boolean isNewImage(TarArchiveEntry entry) {
    String name = entry.getName();
    return entry.isFile() && wanted.test(name) && given.add(name);
  }

  private static boolean isImage(String name) {
    return ImageNames.isImage(name) && !ImageNames.isHiddenFile(ImageNames.baseName(name));
  }

  /** Bytes of the archive, unzipped, that were read so far. */
  long bytesRead() {
    return entries.getBytesRead();
  }

  private ImageInput image(TarArchiveEntry entry) throws IOException {
    String uri = archive + ENTRY + entry.getName();
    if (entry.getSize() > FileContent.MAX_BYTES) {
      ImageInputException refusal = FileContent.tooLong(uri, entry.getSize());
      return new ImageInput(
          uri,
          () -> {
            throw refusal;
          });
    }
    byte[] bytes = entries.readNBytes((int) entry.getSize()); // takes no memory for lying sizes
    if (bytes.length < entry.getSize()) {
      throw new EOFException("the archive ends inside its entry " + entry.getName());
    }
    lastGiven = entry.getName();
    return new ImageInput(uri, () -> bytes);
  }

  private static ImageInput broken(String archive, String reason, Exception failure) {
    return new ImageInput(
        archive,
        () -> {
          throw new ImageInputException(
              ErrorCategory.STORAGE, "Cannot read archive " + archive + ": " + reason, failure);
        });
  }
}
