package dev.boxmill.job.train;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.detr.DetectorConfiguration;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.training.ParameterLayout;
import dev.boxmill.detr.training.StartingPoint;
import dev.boxmill.detr.training.TrainedCheckpoint;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.session.DetectorLocation;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.table.Version;
import dev.boxmill.job.train.DetectorSettings.Dtype;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A detector that has learned nothing: a configuration, and weights that a seed draws as the
 * network's authors do. It is written as a directory, which a training begins with as with any
 * other; the same seed and configuration give the same bytes.
 */
record InitialDetector(String given, DetectorConfiguration configuration) {

  /** Where a training keeps it, beside its folder and hidden. */
  private static final String SUFFIX = "-start";

  /**
   * Reads a configuration.
   *
   * @param given a directory with {@code config.json} and the image processor's file, the former
   *     itself, or "embedded"
   * @throws BadInputException if it can't be read, or is of a network that can't be trained
   */
  static InitialDetector read(String given, Configuration hadoop) {
    try {
      DetectorConfiguration found =
          DetectorConfiguration.read(DetectorLocation.ofConfiguration(given, hadoop));
      if (found.architecture().training().isEmpty()) {
        throw new CheckpointException(
            "the losses of this network are not known here (docs/training.md lists those that are)");
      }
      return new InitialDetector(given, found);
    } catch (CheckpointException e) {
      throw new BadInputException(
          "Cannot use --detector-config " + given + ": " + e.getMessage(), e);
    }
  }

  /** Class names that the configuration has. */
  Map<Integer, String> classNames() {
    return configuration.architecture().classNames();
  }

  /**
   * Draws the weights and writes the directory.
   *
   * @param classNames that it will learn
   * @param output folder of the training
   * @return its URI
   */
  String write(Map<Integer, String> classNames, long seed, String output, Configuration hadoop) {
    Path target = place(output, hadoop);
    Architecture architecture =
        configuration.architecture().classNames().equals(classNames)
            ? configuration.architecture()
            : configuration.architecture().forClasses(classNames).orElseThrow();
    StartingPoint start = StartingPoint.drawn(architecture, seed);
    ParameterLayout layout = ParameterLayout.of(start);
    Map<String, Weight> tensors =
        TrainedCheckpoint.of(start, layout).tensors(layout.read(start.weights()));
    try {
      DetectorDirectory.of(configuration.files(), classNames, Dtype.FLOAT32)
          .write(
              target.toString(),
              tensors,
              Map.of("made_by", "boxmill " + Version.text(), "seed", String.valueOf(seed)),
              hadoop);
    } catch (IOException e) {
      throw new BadInputException(
          "Cannot write to " + output + ": " + FailureReason.of(e) + " (name a folder)", e);
    }
    return target.toString();
  }

  /** Removes what {@link #write} wrote. */
  static void remove(String output, Configuration hadoop) throws IOException {
    Path place = place(output, hadoop);
    Locations.filesystem(place, hadoop).delete(place, true);
  }

  private static Path place(String output, Configuration hadoop) {
    try {
      Path folder = Locations.absolute(output, hadoop);
      return new Path(folder.getParent(), "." + folder.getName() + SUFFIX);
    } catch (IOException e) {
      throw new BadInputException(
          "Cannot write to " + output + ": " + FailureReason.of(e) + " (name a folder)", e);
    }
  }
}
