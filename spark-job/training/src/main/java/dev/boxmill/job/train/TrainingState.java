package dev.boxmill.job.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.refiners.refinebox.training.AdamW;
import dev.boxmill.refiners.refinebox.training.ParameterLayout;
import dev.boxmill.torchscript.RowWeight;
import dev.boxmill.torchscript.Weight;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All that a training needs to go on as if it had never stopped. */
final class TrainingState {

  /**
   * Where in the run it is.
   *
   * @param identity hash of settings, images, annotations and detector: another one is another run
   * @param epoch counted from 1; one more than there are once all is done
   * @param step of the epoch, steps taken
   * @param loss sum over the epoch's boxes so far
   * @param boxes of the epoch so far
   * @param results of the epochs that are over
   */
  record TrainingPosition(
      @JsonProperty("identity") String identity,
      @JsonProperty("epoch") int epoch,
      @JsonProperty("step") int step,
      @JsonProperty("steps") long steps,
      @JsonProperty("loss") double loss,
      @JsonProperty("boxes") long boxes,
      @JsonProperty("results") List<EpochResult> results)
      implements TrainingFolder.SavedPlace {

    TrainingPosition {
      results = List.copyOf(results);
    }

    /** Where weights and moments lie. */
    String file() {
      return "step-" + steps + "-" + epoch + ".safetensors";
    }

    @Override
    public List<String> files() {
      return List.of(file());
    }

    @Override
    public void requireWhole() {
      if (epoch < 1 || step < 0 || steps < 0) {
        throw new IllegalArgumentException("it names no place of a training");
      }
    }

    static TrainingPosition start(String identity) {
      return new TrainingPosition(identity, 1, 0, 0, 0, 0, List.of());
    }

    TrainingPosition afterStep(PartialGradient gradient) {
      return new TrainingPosition(
          identity,
          epoch,
          step + 1,
          steps + 1,
          loss + gradient.loss(),
          boxes + gradient.boxes(),
          results);
    }

    TrainingPosition afterEpoch(EpochResult result) {
      List<EpochResult> all = new ArrayList<>(results);
      all.add(result);
      return new TrainingPosition(identity, epoch + 1, 0, steps, 0, 0, all);
    }

    /** Highest AP so far; below 0 before the first epoch is over. */
    double bestAp() {
      return results.stream().mapToDouble(EpochResult::ap).max().orElse(-1);
    }
  }

  private final float[] row;
  private final float[] average;
  private final AdamW optimizer;
  private TrainingPosition place;

  private TrainingState(float[] row, float[] average, AdamW optimizer, TrainingPosition place) {
    this.row = row;
    this.average = average;
    this.optimizer = optimizer;
    this.place = place;
  }

  static TrainingState start(float[] row, ParameterLayout layout, String identity) {
    return new TrainingState(
        row.clone(), row.clone(), AdamW.start(layout), TrainingPosition.start(identity));
  }

  /** What is validated and kept. */
  float[] average() {
    return average;
  }

  /** The weights; a step changes them. */
  float[] row() {
    return row;
  }

  TrainingPosition place() {
    return place;
  }

  /**
   * Takes a step.
   *
   * @param decay of the average; it forgets faster in the beginning, when there is little to keep
   */
  void step(PartialGradient gradient, double learningRate, double decay) {
    optimizer.step(row, gradient.mean(), learningRate);
    place = place.afterStep(gradient);
    double kept = Math.min(decay, place.steps() / (place.steps() + 10.0));
    for (int i = 0; i < row.length; i++) {
      average[i] = (float) (kept * average[i] + (1 - kept) * row[i]);
    }
  }

  /** Passes over a batch whose images were all lost. */
  void skip() {
    place = place.afterStep(new PartialGradient(0));
  }

  void endEpoch(EpochResult result) {
    place = place.afterEpoch(result);
  }

  /** Writes weights and moments. */
  void write(Path file) {
    SafetensorsWriter.write(
        file,
        Map.of(
            "weights", tensor(row),
            "average", tensor(average),
            "mean", tensor(optimizer.moments().mean()),
            "square", tensor(optimizer.moments().square())),
        Map.of());
  }

  /** What {@link #write} wrote at that place. */
  static TrainingState read(Path file, TrainingPosition place, ParameterLayout layout) {
    int count = layout.count();
    try (Checkpoint checkpoint = Checkpoint.openFile(file)) {
      AdamW.Moments moments =
          new AdamW.Moments(values(checkpoint, "mean", count), values(checkpoint, "square", count));
      return new TrainingState(
          values(checkpoint, "weights", count),
          values(checkpoint, "average", count),
          AdamW.resume(layout, moments, place.steps()),
          place);
    }
  }

  private static float[] values(Checkpoint checkpoint, String name, int count) {
    FloatBuffer stored = checkpoint.tensor(name).values();
    if (stored.remaining() != count) {
      throw new IllegalArgumentException(
          "its tensor %s has %d values, not %d".formatted(name, stored.remaining(), count));
    }
    float[] values = new float[stored.remaining()];
    stored.get(values);
    return values;
  }

  private static Weight tensor(float[] row) {
    return RowWeight.of(List.of((long) row.length), row);
  }
}
