package dev.boxmill.job.train;

import dev.boxmill.job.text.Plural;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What a training ended with.
 *
 * @param output its folder
 * @param training images that it learned from
 * @param heldOut images that AP is measured on
 */
public record TrainingOutcome(String output, List<EpochResult> results, int training, int heldOut) {

  /** AP that differs by less is the same; more held-out images are needed to see it. */
  private static final double LEAST_GAIN = 0.001;

  /**
   * Held-out images below which a gain may be chance. On 128 photographs, how pixels are rounded
   * when an image is resized moves AP by 0.005.
   */
  private static final int FEW = 500;

  /** What the refiner of the embedded detector was trained with, for comparison. */
  private static final String KNOWN_GOOD =
      "The embedded detector's own refiner took 23 epochs of 7,500 to 9,000 images";

  /** Some lines for the user. */
  public String summary() {
    EpochResult best =
        results.stream().max(Comparator.comparingDouble(EpochResult::ap)).orElseThrow();
    return "AP of the detector alone %.4f, with the refiner of epoch %d %.4f, on %s\n"
            .formatted(
                best.detectorAp(), best.epoch(), best.ap(), Plural.of(heldOut, "held-out image"))
        + "Weights: %s/refinebox.safetensors\n".formatted(output)
        + advice(best.ap() - best.detectorAp());
  }

  private String advice(double gain) {
    if (gain >= LEAST_GAIN) {
      return "They gain %.4f AP. Use them: label --refiner refinebox:weights=FILE, or put the file"
              .formatted(gain)
          + " beside the detector's own\n"
          + (heldOut < FEW
              ? "Check on other images first: these are few, and the epoch was chosen by them\n"
              : "");
    }
    String verdict =
        gain > -LEAST_GAIN
            ? "They change nothing that these images show"
            : String.format(Locale.ROOT, "They make boxes worse: they lose %.4f AP", -gain);
    return verdict
        + ". Do not use them; train longer or on more images: this was "
        + Plural.of(results.size(), "epoch")
        + " of "
        + Plural.of(training, "image")
        + ". "
        + KNOWN_GOOD
        + "\n"
        + "More --epochs in the same folder go on from here\n";
  }
}
