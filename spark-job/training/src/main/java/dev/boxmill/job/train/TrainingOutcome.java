package dev.boxmill.job.train;

import java.util.Comparator;
import java.util.List;

/**
 * What a training ended with.
 *
 * @param output its folder
 */
public record TrainingOutcome(String output, List<EpochResult> results) {

  /** Some lines for the user. */
  public String summary() {
    EpochResult best =
        results.stream().max(Comparator.comparingDouble(EpochResult::ap)).orElseThrow();
    return "AP of the detector alone %.4f, with the refiner of epoch %d %.4f%n"
            .formatted(best.detectorAp(), best.epoch(), best.ap())
        + "Weights: %s/refinebox.safetensors%n".formatted(output)
        + "Use them: label --refiner refinebox:weights=FILE, or put the file beside the"
        + " detector's own\n";
  }
}
