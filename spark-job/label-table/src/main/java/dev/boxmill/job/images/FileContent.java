package dev.boxmill.job.images;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.schemas.ErrorCategory;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
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

  private static final int ATTEMPTS = 6;
  private static final long FIRST_PAUSE_MILLIS = 200;

  private final ListedFile file;
  private final Configuration hadoop;

  public FileContent(ListedFile file, Configuration hadoop) {
    this.file = file;
    this.hadoop = hadoop;
  }

  @Override
  public byte[] read() throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return readOnce();
      } catch (ImageInputException refused) {
        throw refused;
      } catch (IOException | RuntimeException failure) {
        if (attempt == ATTEMPTS || isFinal(failure)) {
          throw new ImageInputException(ErrorCategory.STORAGE, message(failure), failure);
        }
        pause(jittered(FIRST_PAUSE_MILLIS << (attempt - 1)));
      }
    }
  }

  private byte[] readOnce() throws IOException {
    Path path = new Path(file.uri());
    refuseOver(file.length());
    try (FSDataInputStream stream = open(Locations.filesystem(path, hadoop), path)) {
      if (file.length() == ListedFile.UNKNOWN_LENGTH) {
        return limited(stream.readNBytes((int) MAX_BYTES + 1));
      }
      byte[] bytes = new byte[(int) file.length()];
      int read = stream.readNBytes(bytes, 0, bytes.length);
      if (read < bytes.length) {
        throw new EOFException("it ends after " + read + " of " + bytes.length + " bytes");
      }
      return bytes;
    }
  }

  private FSDataInputStream open(FileSystem files, Path path) throws IOException {
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

  private static boolean isFinal(Exception failure) {
    return failure instanceof FileNotFoundException
        || failure instanceof NoSuchFileException
        || failure instanceof AccessDeniedException
        || failure instanceof AccessControlException
        || failure instanceof UnsupportedFileSystemException
        || failure instanceof BadInputException
        || failure instanceof IllegalArgumentException;
  }

  private String message(Exception failure) {
    return "Cannot read " + file.uri() + ": " + FailureReason.of(failure);
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
