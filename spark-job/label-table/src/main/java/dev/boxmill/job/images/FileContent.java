package dev.boxmill.job.images;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.LocalFiles;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.NotReadableException;
import dev.boxmill.job.storage.WebFile;
import dev.boxmill.schemas.ErrorCategory;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FutureDataInputStreamBuilder;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * Reads one file as a whole from any Hadoop filesystem. When the store falters or gives less than
 * the file is long, it is asked again, for some six seconds in all; what it does not give then is a
 * failure of the store and never counts as a broken image.
 */
public final class FileContent implements ImageInput.Content {

  /** Longer files are refused: they hold no photograph, and a byte array ends at 2 GiB. */
  public static final long MAX_BYTES = 1L << 30;

  private static final String TWO_SLASHES =
      "its key has two slashes in a row, which the s3a client takes for one (copy the object to"
          + " another key)";

  private static final String LOST_ON_S3 =
      ", though it was listed: it was removed, or its key has two slashes in a row, which the s3a"
          + " client takes for one (copy the object to another key)";

  private static final Pattern LIST_LINE = Pattern.compile(".+!/line=\\d+", Pattern.DOTALL);
  private static final int ATTEMPTS = 6;
  private static final long FIRST_PAUSE_MILLIS = 200;

  /** A host that is not there may take minutes to say so: it is not asked again. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ListedFile file;
  private final Configuration hadoop;

  public FileContent(ListedFile file, Configuration hadoop) {
    this.file = file;
    this.hadoop = hadoop;
  }

  @Override
  public byte[] read() throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (int attempt = 1; ; attempt++) {
      try {
        return readOnce();
      } catch (ImageInputException refused) {
        throw refused;
      } catch (NoRoomException full) {
        throw tooLarge(file.uri(), full);
      } catch (IOException | RuntimeException failure) {
        if (attempt == ATTEMPTS || isFinal(failure) || System.nanoTime() > end) {
          throw new ImageInputException(ErrorCategory.STORAGE, message(failure), failure);
        }
        pause(jittered(FIRST_PAUSE_MILLIS << (attempt - 1)));
      }
    }
  }

  private byte[] readOnce() throws IOException {
    if (Locations.isMergedByClient(file.uri())) {
      throw new ImageInputException(
          ErrorCategory.STORAGE, "Cannot read " + file.uri() + ": " + TWO_SLASHES, null);
    }
    refuseOver(file.length());
    try (InputStream stream = open()) {
      if (file.length() == ListedFile.UNKNOWN_LENGTH) {
        return limited(WholeContent.readUpTo(stream, (int) MAX_BYTES + 1));
      }
      byte[] bytes = WholeContent.read(stream, (int) file.length());
      if (bytes.length < file.length()) {
        throw new EOFException("it ends after " + bytes.length + " of " + file.length() + " bytes");
      }
      return bytes;
    }
  }

  private InputStream open() throws IOException {
    Locations.refuseUnreadable(file.uri());
    if (WebFile.isWeb(file.uri())) {
      return WebFile.open(file.address());
    }
    Path path = new Path(file.uri());
    return open(Locations.filesystem(path, hadoop), path);
  }

  private InputStream open(FileSystem files, Path path) throws IOException {
    LocalFiles.refuseUnreadable(files, path);
    Optional<java.nio.file.Path> local = LocalFiles.of(files, path);
    return local.isPresent() && LocalFiles.needsBytes(path)
        ? Files.newInputStream(local.get())
        : openStored(files, path);
  }

  private InputStream openStored(FileSystem files, Path path) throws IOException {
    FutureDataInputStreamBuilder builder =
        files.openFile(path).opt("fs.option.openfile.read.policy", "whole-file");
    if (file.length() != ListedFile.UNKNOWN_LENGTH) {
      builder.optLong("fs.option.openfile.length", file.length());
    }
    return FutureIO.awaitFuture(builder.build());
  }

  private byte[] limited(byte[] bytes) throws ImageInputException {
    refuseOver(bytes.length);
    return bytes;
  }

  private void refuseOver(long length) throws ImageInputException {
    if (length > MAX_BYTES) {
      throw tooLong(file.uri(), length);
    }
  }

  static ImageInputException tooLong(String uri, long length) {
    return new ImageInputException(
        ErrorCategory.REFUSED,
        "Cannot read " + uri + ": it is over the limit of " + MAX_BYTES + " bytes (" + length + ")",
        null);
  }

  static ImageInputException tooLarge(String uri, Throwable full) {
    return new ImageInputException(
        ErrorCategory.RESOURCES, "Cannot read " + uri + ": " + FailureReason.of(full), full);
  }

  private static boolean isFinal(Exception failure) {
    return failure instanceof FileNotFoundException
        || failure instanceof NoSuchFileException
        || failure instanceof NotReadableException
        || failure instanceof AccessDeniedException
        || failure instanceof AccessControlException
        || failure instanceof UnsupportedFileSystemException
        || failure instanceof BadInputException
        || failure instanceof IllegalArgumentException;
  }

  private String message(Exception failure) {
    return "Cannot read " + file.uri() + ": " + FailureReason.of(failure) + hint(failure);
  }

  private String hint(Exception failure) {
    if (!(failure instanceof FileNotFoundException || failure instanceof NoSuchFileException)) {
      return "";
    }
    if (LIST_LINE.matcher(file.uri()).matches()) {
      return " (that line of the list names no image: correct it and run again)";
    }
    boolean listed = file.length() != ListedFile.UNKNOWN_LENGTH;
    return listed && file.uri().startsWith("s3a:") ? LOST_ON_S3 : LocalFiles.hint(file.uri());
  }

  /** Tasks that a store turned away together must not come back together. */
  private static long jittered(long millis) {
    return millis / 2 + ThreadLocalRandom.current().nextLong(millis);
  }

  private static void pause(long millis) throws InterruptedIOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the task was stopped");
    }
  }
}
