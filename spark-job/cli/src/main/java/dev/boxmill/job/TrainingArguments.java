package dev.boxmill.job;

import dev.boxmill.job.error.BadInputException;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** What every training takes, of a refiner or a detector. */
final class TrainingArguments {

  /** As good as never, and still a number of nanoseconds. */
  private static final long LONGEST_SECONDS = 1L << 32;

  @Option(
      names = "--scales",
      split = ",",
      paramLabel = "FACTOR",
      defaultValue = "0.6,0.64,0.68,0.72,0.76,0.8,0.84,0.88,0.92,0.96,1.0",
      description =
          "Sizes in which images are seen, as factors of the detector's usual size. Default:"
              + " 0.6 to 1.0 by 0.04 (480 to 800 pixels where the detector takes 800).")
  private List<Double> scales;

  @Option(
      names = "--validation-share",
      defaultValue = "0.1",
      paramLabel = "SHARE",
      description =
          "Share of images held out to measure AP, chosen by file name. Default:"
              + " ${DEFAULT-VALUE}.")
  private double validationShare;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "N",
      description = "The same seed gives the same weights. Default: ${DEFAULT-VALUE}.")
  private long seed;

  List<Double> scales() {
    return scales;
  }

  double validationShare() {
    return validationShare;
  }

  long seed() {
    return seed;
  }

  /** Of {@code --save-every}, whose default is each training's own. */
  static Duration saveEvery(long seconds) {
    if (seconds < 0) {
      throw new BadInputException(
          "Invalid --save-every: " + seconds + " (must be seconds, 0 for every step)");
    }
    return Duration.ofSeconds(Math.min(seconds, LONGEST_SECONDS));
  }
}
