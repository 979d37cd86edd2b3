package dev.boxmill.job.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.refiners.refinebox.training.AdamW;
import dev.boxmill.refiners.refinebox.training.ParameterLayout;
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
  record Place(
      @JsonProperty("identity") String identity,
      @JsonProperty("epoch") int epoch,
      @JsonProperty("step") int step,
      @JsonProperty("steps") long steps,
      @JsonProperty("loss") double loss,
      @JsonProperty("boxes") long boxes,
      @JsonProperty("results") List<EpochResult> results) {

    Place {
      results = List.copyOf(results);
    }

    static Place start(String identity) {
      return new Place(identity, 1, 0, 0, 0, 0, List.of());
    }

    Place afterStep(PartialGradient gradient) {
      return new Place(
          identity,
          epoch,
          step + 1,
          steps + 1,
          loss + gradient.loss(),
          boxes + gradient.boxes(),
          results);
    }

    Place afterEpoch(EpochResult result) {
      List<EpochResult> all = new ArrayList<>(results);
      all.add(result);
      return new Place(identity, epoch + 1, 0, steps, 0, 0, all);
    }

    /** Highest AP so far; below 0 before the first epoch is over. */
    double bestAp() {
      return results.stream().mapToDouble(EpochResult::ap).max().orElse(-1);
    }
  }

  private final float[] row;
  private final float[] average;
  private final AdamW optimizer;
  private Place place;

  private TrainingState(float[] row, float[] average, AdamW optimizer, Place place) {
    this.row = row;
    this.average = average;
    this.optimizer = optimizer;
    this.place = place;
  }

  static TrainingState start(float[] row, ParameterLayout layout, String identity) {
    return new TrainingState(row.clone(), row.clone(), AdamW.start(layout), Place.start(identity));
  }

  /** What is validated and kept. */
  float[] average() {
    return average;
  }

  /** The weights; a step changes them. */
  float[] row() {
    return row;
  }

  Place place() {
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
            "weights", new Row(row),
            "average", new Row(average),
            "mean", new Row(optimizer.moments().mean()),
            "square", new Row(optimizer.moments().square())),
        Map.of());
  }

  /** What {@link #write} wrote at that place. */
  static TrainingState read(Path file, Place place, ParameterLayout layout) {
    try (Checkpoint checkpoint = Checkpoint.openFile(file)) {
      AdamW.Moments moments =
          new AdamW.Moments(values(checkpoint, "mean"), values(checkpoint, "square"));
      return new TrainingState(
          values(checkpoint, "weights"),
          values(checkpoint, "average"),
          AdamW.resume(layout, moments, place.steps()),
          place);
    }
  }

  private static float[] values(Checkpoint checkpoint, String name) {
    FloatBuffer stored = checkpoint.tensor(name).values();
    float[] values = new float[stored.remaining()];
    stored.get(values);
    return values;
  }

  private record Row(float[] numbers) implements Weight {
    @Override
    public List<Long> shape() {
      return List.of((long) numbers.length);
    }

    @Override
    public FloatBuffer values() {
      return FloatBuffer.wrap(numbers);
    }
  }
}
