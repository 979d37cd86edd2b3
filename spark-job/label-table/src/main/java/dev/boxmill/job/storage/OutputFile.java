package dev.boxmill.job.storage;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A file that a command writes at its end, on any Hadoop filesystem. */
public final class OutputFile {

  private final Path file;
  private final Configuration hadoop;

  private OutputFile(Path file, Configuration hadoop) {
    this.file = file;
    this.hadoop = hadoop;
  }

  /**
   * Looks whether it can be written, before the work whose result it is to hold.
   *
   * @throws BadInputException if not
   */
  public static OutputFile claim(String text, Configuration hadoop) {
    try {
      Path path = Locations.absolute(text, hadoop);
      if (Locations.isFolder(path, hadoop)) {
        throw new IOException("it is a folder");
      }
      WritablePlace.require(path, hadoop);
      return new OutputFile(path, hadoop);
    } catch (IOException | IllegalArgumentException failure) {
      throw refusal(text, failure);
    }
  }

  private static BadInputException refusal(String text, Exception failure) {
    return new BadInputException(
        "Cannot write "
            + text
            + ": "
            + FailureReason.of(failure)
            + " (name a file that can be made)",
        failure);
  }

  /**
   * Writes it.
   *
   * @param content replaces what is there
   * @throws BadInputException if it can't be written
   */
  public void write(StoredFile.Content content) {
    try {
      Optional<java.nio.file.Path> special = special();
      if (special.isPresent()) {
        writeThrough(special.get(), content);
      } else {
        StoredFile.write(file, content, hadoop);
      }
    } catch (IOException failure) {
      throw refusal(Locations.uri(file), failure);
    }
  }

  /** A device, a pipe or a link is written to, and never replaced. */
  private Optional<java.nio.file.Path> special() throws IOException {
    return LocalFiles.of(Locations.filesystem(file, hadoop), file)
        .filter(
            local ->
                Files.isSymbolicLink(local)
                    || (Files.exists(local) && !Files.isRegularFile(local)));
  }

  private static void writeThrough(java.nio.file.Path local, StoredFile.Content content)
      throws IOException {
    try (OutputStream stream = Files.newOutputStream(local)) {
      content.writeTo(stream);
    }
  }
}
