package dev.boxmill.job.train;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.detr.training.AdamW;
import dev.boxmill.detr.training.AdamW.Range;
import dev.boxmill.detr.training.ParameterLayout;
import dev.boxmill.torchscript.RowWeight;
import dev.boxmill.torchscript.Weight;
import java.io.Serializable;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A part of the row of parameters, and what the optimizer remembers of it.
 *
 * @param range which part
 * @param row the parameters
 * @param average of them over the steps
 * @param mean of their gradients
 * @param square of their gradients
 */
record ParameterSlice(Range range, float[] row, float[] average, float[] mean, float[] square)
    implements Serializable {

  /**
   * How far a step goes.
   *
   * @param steps that were taken before
   * @param factor of the learning rates
   * @param scale of the gradient
   * @param average decay of the average
   */
  record Move(long steps, double factor, double scale, double average) implements Serializable {}

  /** As a training begins. */
  static ParameterSlice start(Range range, float[] wholeRow) {
    float[] row = Arrays.copyOfRange(wholeRow, range.first(), range.end());
    int count = range.count();
    return new ParameterSlice(range, row, row.clone(), new float[count], new float[count]);
  }

  private AdamW optimizer(ParameterLayout layout, ParameterRates rates, long steps) {
    return AdamW.ofRange(layout, range, rates, new AdamW.Moments(mean, square), steps);
  }

  /** Sum of the squares of a gradient of this part. */
  double squares(ParameterLayout layout, ParameterRates rates, float[] gradient) {
    return optimizer(layout, rates, 0).squares(gradient);
  }

  /**
   * Takes a step: the numbers of this part change. The average forgets faster in the beginning,
   * when there is little to keep.
   */
  void step(ParameterLayout layout, ParameterRates rates, float[] gradient, Move move) {
    optimizer(layout, rates, move.steps()).stepScaled(row, gradient, move.factor(), move.scale());
    double kept = Math.min(move.average(), (move.steps() + 1) / (move.steps() + 11.0));
    for (int i = 0; i < row.length; i++) {
      average[i] = (float) (kept * average[i] + (1 - kept) * row[i]);
    }
  }

  /** A copy, to be changed while this one may still be asked for. */
  ParameterSlice copy() {
    return new ParameterSlice(range, row.clone(), average.clone(), mean.clone(), square.clone());
  }

  void write(Path file) {
    SafetensorsWriter.write(
        file,
        Map.of(
            "weights", tensor(row),
            "average", tensor(average),
            "mean", tensor(mean),
            "square", tensor(square)),
        Map.of());
  }

  /**
   * What {@link #write} wrote of that part.
   *
   * @throws IllegalArgumentException if it is another part's
   */
  static ParameterSlice read(Path file, Range range) {
    try (Checkpoint checkpoint = Checkpoint.openFile(file)) {
      int count = range.count();
      return new ParameterSlice(
          range,
          values(checkpoint, "weights", count),
          values(checkpoint, "average", count),
          values(checkpoint, "mean", count),
          values(checkpoint, "square", count));
    }
  }

  private static float[] values(Checkpoint checkpoint, String name, int count) {
    FloatBuffer stored = checkpoint.tensor(name).values();
    if (stored.remaining() != count) {
      throw new IllegalArgumentException(
          "its tensor %s has %d values, not %d".formatted(name, stored.remaining(), count));
    }
    float[] values = new float[count];
    stored.get(values);
    return values;
  }

  private static Weight tensor(float[] values) {
    return RowWeight.of(List.of((long) values.length), values);
  }
}
