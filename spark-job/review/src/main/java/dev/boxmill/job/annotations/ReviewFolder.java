package dev.boxmill.job.annotations;

import dev.boxmill.job.annotations.ReviewRequest.ExistingReview;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.storage.FolderSwap;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.WritablePlace;
import java.io.IOException;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Where a review goes: a folder with the table, the page and the tasks. It is written beside its
 * place, and put there when it is whole.
 */
final class ReviewFolder {

  static final String TABLE = "table";
  static final String PAGE = "review.html";
  static final String TASKS = "tasks.json";
  static final String CONFIG = "tasks.config.xml";

  private final Path output;
  private final Configuration hadoop;

  private ReviewFolder(Path output, Configuration hadoop) {
    this.output = output;
    this.hadoop = hadoop;
  }

  /**
   * Looks whether a review may be written there; changes nothing.
   *
   * @throws BadInputException if something lies there that must stay
   */
  static ReviewFolder claim(ReviewRequest request, Configuration hadoop) {
    if (request.output().isBlank()) {
      throw new BadInputException(
          "Invalid --output: '" + request.output() + "' (must be a path or a URI)");
    }
    try {
      Path output = Locations.absolute(request.output(), hadoop);
      if (output.isRoot()) {
        throw refusal(output, "it is the root of a filesystem", "name a folder below it");
      }
      Path labels = Locations.absolute(request.labels(), hadoop);
      if (Locations.holds(output, labels) || Locations.holds(labels, output)) {
        throw refusal(output, "the labels lie there", "name another folder");
      }
      requireFree(output, request.existing(), hadoop);
      WritablePlace.require(output, hadoop);
      return new ReviewFolder(output, hadoop);
    } catch (IOException | IllegalArgumentException failure) {
      throw new BadInputException(
          "Cannot write review to %s: %s (name a folder)"
              .formatted(request.output(), FailureReason.of(failure)),
          failure);
    }
  }

  private static void requireFree(Path output, ExistingReview existing, Configuration hadoop)
      throws IOException {
    FileSystem files = Locations.store(output, hadoop);
    if (!files.exists(output)) {
      return;
    }
    if (!files.getFileStatus(output).isDirectory()) {
      throw refusal(output, "it is a file", "name a folder");
    }
    if (files.listStatus(output).length == 0) {
      return;
    }
    if (!files.exists(new Path(output, PAGE)) || !files.exists(new Path(output, TABLE))) {
      throw refusal(output, "it holds what is no review", "name another folder");
    }
    if (existing == ExistingReview.REFUSE) {
      throw refusal(output, "it is there already", "--overwrite replaces it");
    }
  }

  /** A file or folder of the review while it is written. */
  Path unfinished(String name) {
    return new Path(FolderSwap.unfinished(output), name);
  }

  /** Sweeps what a killed review left. */
  void begin() throws IOException {
    Path unfinished = FolderSwap.unfinished(output);
    FileSystem files = Locations.filesystem(output, hadoop);
    files.delete(unfinished, true);
    files.mkdirs(unfinished);
  }

  /** Puts it into its place. */
  void publish(Consumer<String> warnings) throws IOException {
    FolderSwap.swap(FolderSwap.unfinished(output), output, hadoop, warnings);
  }

  /** Where something of the review will be found. */
  String uri(String name) {
    return Locations.uri(new Path(output, name));
  }

  private static BadInputException refusal(Path output, String reason, String remedy) {
    return new BadInputException(
        "Cannot write review to " + Locations.uri(output) + ": " + reason + " (" + remedy + ")");
  }
}
