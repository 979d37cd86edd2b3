package dev.boxmill.job.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.boxmill.job.train.GradientSum.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a detector's training stands.
 *
 * @param identity hash of settings, images, annotations and detector: another one is another run
 * @param epoch counted from 1; one more than there are once all is done
 * @param step of the epoch
 * @param steps taken
 * @param losses of the epoch's steps so far, summed; their weighted sum as "loss"
 * @param before AP of what it began with; NaN if that has other classes
 * @param slices of parameters, each a file
 * @param statistics running means and variances of live BatchNorms
 * @param results of the epochs that are over
 */
record DetectorPosition(
    @JsonProperty("identity") String identity,
    @JsonProperty("epoch") int epoch,
    @JsonProperty("step") int step,
    @JsonProperty("steps") long steps,
    @JsonProperty("losses") Map<String, Double> losses,
    @JsonProperty("before") double before,
    @JsonProperty("slices") int slices,
    @JsonProperty("statistics") float[] statistics,
    @JsonProperty("results") List<DetectorEpoch> results)
    implements TrainingFolder.SavedPlace {

  private static final String WEIGHTED = "loss";

  DetectorPosition {
    losses = new TreeMap<>(losses);
    results = List.copyOf(results);
  }

  static DetectorPosition start(String identity, double before, int slices, float[] statistics) {
    return new DetectorPosition(identity, 1, 0, 0, Map.of(), before, slices, statistics, List.of());
  }

  /**
   * Behind a step.
   *
   * @param changed the statistics then
   */
  DetectorPosition afterStep(Report report, float[] changed) {
    Map<String, Double> sums = new TreeMap<>(losses);
    report.losses().forEach((name, value) -> sums.merge(name, value, Double::sum));
    sums.merge(WEIGHTED, report.total(), Double::sum);
    return new DetectorPosition(
        identity, epoch, step + 1, steps + 1, sums, before, slices, changed, results);
  }

  DetectorPosition afterEpoch(DetectorEpoch result) {
    List<DetectorEpoch> all = new ArrayList<>(results);
    all.add(result);
    return new DetectorPosition(
        identity, epoch + 1, 0, steps, Map.of(), before, slices, statistics, all);
  }

  /** Weighted sum of the epoch's losses, the mean of its steps. */
  double loss() {
    return losses.getOrDefault(WEIGHTED, 0.0) / Math.max(1, step);
  }

  /** Parts of that. */
  Map<String, Double> meanLosses() {
    Map<String, Double> means = new TreeMap<>(losses);
    means.remove(WEIGHTED);
    means.replaceAll((name, sum) -> sum / Math.max(1, step));
    return means;
  }

  /** Highest AP so far; below 0 before the first epoch is over. */
  double bestAp() {
    return results.stream().mapToDouble(DetectorEpoch::ap).max().orElse(-1);
  }

  @Override
  public List<String> files() {
    List<String> names = new ArrayList<>();
    for (int slice = 0; slice < slices; slice++) {
      names.add("step-%d-%d-%d-of-%d.safetensors".formatted(steps, epoch, slice, slices));
    }
    return names;
  }

  @Override
  public void requireWhole() {
    if (epoch < 1 || step < 0 || steps < 0 || slices < 1 || statistics == null) {
      throw new IllegalArgumentException("it names no place of a training");
    }
  }
}
