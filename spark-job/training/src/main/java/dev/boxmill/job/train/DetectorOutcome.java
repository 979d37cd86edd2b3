package dev.boxmill.job.train;

import dev.boxmill.job.text.Plural;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What a detector's training ended with.
 *
 * @param output its folder
 * @param options that {@code label} needs beside the folder
 * @param before AP of what it began with; NaN if that has other classes, or learned nothing
 * @param drawn whether it began from nothing
 * @param training images that it learned from
 * @param held images that AP is measured on
 */
public record DetectorOutcome(
    String output,
    String options,
    double before,
    boolean drawn,
    List<DetectorEpoch> results,
    int training,
    int held) {

  /** AP that differs by less is the same; more held-out images are needed to see it. */
  private static final double LEAST_GAIN = 0.001;

  /** AP of new classes below which a detector finds too little to label with. */
  private static final double LEAST_USE = 0.05;

  /** Held-out images below which a gain may be chance. */
  private static final int FEW = 500;

  /** The best epoch. */
  DetectorEpoch best() {
    return results.stream().max(Comparator.comparingDouble(DetectorEpoch::ap)).orElseThrow();
  }

  /** Whether the detector is worth taking in place of what it began with. */
  public boolean isBetter() {
    return Double.isNaN(before) ? best().ap() >= LEAST_USE : best().ap() - before >= LEAST_GAIN;
  }

  /** Whether it is worse than what it began with. */
  boolean isWorse() {
    return best().ap() - before <= -LEAST_GAIN;
  }

  /** Some lines for the user. */
  public String summary() {
    String measured =
        String.format(
            Locale.ROOT, "AP of epoch %d %.4f, on %s", best().epoch(), best().ap(), images());
    String compared =
        Double.isNaN(before)
            ? measured + (drawn ? "" : "; before, the detector had other classes") + "\n"
            : String.format(Locale.ROOT, "AP before %.4f; %s\n", before, measured);
    return compared + "Detector: " + output + "\n" + advice();
  }

  private String images() {
    return Plural.of(held, "held-out image");
  }

  private String advice() {
    if (isBetter()) {
      return (Double.isNaN(before)
              ? "Try it: "
              : String.format(Locale.ROOT, "It gains %.4f AP. Use it: ", best().ap() - before))
          + "label --detector "
          + output
          + options
          + "\n"
          + (held < FEW
              ? "Check on other images first: these are few, and the epoch was chosen by them\n"
              : "");
    }
    return verdict()
        + ". Do not use it; train longer, with a lower --learning-rate or on more images: this was "
        + Plural.of(results.size(), "epoch")
        + " of "
        + Plural.of(training, "image")
        + "\nMore --epochs in the same folder go on from here\n";
  }

  private String verdict() {
    if (Double.isNaN(before)) {
      return "It finds next to nothing";
    }
    return isWorse()
        ? String.format(
            Locale.ROOT, "It is worse than before: it lost %.4f AP", before - best().ap())
        : "It is no better than before, as far as these images show";
  }
}
