package dev.boxmill.job;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.session.LabelSettings;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** How many failures a run accepts, how large its images may be, and whose code it runs. */
final class LimitArguments {

  @Option(
      names = "--max-failure-rate",
      paramLabel = "RATE",
      defaultValue = "0.01",
      description = "Share of images that may fail, 0 to 1. Default: ${DEFAULT-VALUE}.")
  private double maxFailureRate;

  @Option(
      names = "--max-pixels",
      paramLabel = "N",
      defaultValue = "" + LabelSettings.DEFAULT_MAX_PIXELS,
      description =
          "Images that declare more pixels are refused before they take memory. Up to "
              + LabelSettings.MOST_PIXELS
              + ". Default: ${DEFAULT-VALUE}.")
  private long maxPixels;

  @Option(
      names = "--jars",
      split = ",",
      paramLabel = "JAR",
      description = "Jars with refiner plugins, separated by commas.")
  private List<Path> jars = List.of();

  /**
   * Share of images that may fail.
   *
   * @throws BadInputException if it is no share
   */
  double maxFailureRate() {
    requireShare("--max-failure-rate", maxFailureRate);
    return maxFailureRate;
  }

  /**
   * Images that declare more are refused.
   *
   * @throws BadInputException if it is out of range
   */
  long maxPixels() {
    if (maxPixels < 1 || maxPixels > LabelSettings.MOST_PIXELS) {
      throw new BadInputException(
          "Invalid --max-pixels: %d (must be from 1 to %d)"
              .formatted(maxPixels, LabelSettings.MOST_PIXELS));
    }
    return maxPixels;
  }

  /** Jars with plugins. */
  List<Path> jars() {
    return jars;
  }

  static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new BadInputException("Invalid " + name + ": " + value + " (must be from 0 to 1)");
    }
  }
}
