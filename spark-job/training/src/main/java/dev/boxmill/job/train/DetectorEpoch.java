package dev.boxmill.job.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.boxmill.job.train.TrainingCurve.Point;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A point of a detector's curve.
 *
 * @param epoch counted from 1
 * @param steps taken since the beginning
 * @param learningRate of the last step, of all but the backbone
 * @param loss weighted sum, the mean of the epoch's steps
 * @param losses its parts, not weighted, the means of the epoch's steps
 * @param ap on the held-out images
 * @param best whether these weights were the best so far
 */
record DetectorEpoch(
    @JsonProperty("epoch") int epoch,
    @JsonProperty("steps") long steps,
    @JsonProperty("learning_rate") double learningRate,
    @JsonProperty("loss") double loss,
    @JsonProperty("losses") Map<String, Double> losses,
    @JsonProperty("ap") double ap,
    @JsonProperty("best") boolean best) {

  DetectorEpoch {
    losses = new TreeMap<>(losses);
  }

  /**
   * How a training went.
   *
   * @param before AP of what it began with; NaN if that has other classes
   */
  static TrainingCurve curve(List<DetectorEpoch> epochs, double before) {
    TreeMap<String, Double> parts = new TreeMap<>();
    epochs.forEach(epoch -> parts.putAll(epoch.losses));
    StringBuilder text = new StringBuilder("epoch,steps,learning_rate,loss,ap,best");
    parts.keySet().forEach(part -> text.append(',').append(part));
    text.append('\n');
    for (DetectorEpoch one : epochs) {
      text.append(
          String.format(
              Locale.ROOT,
              "%d,%d,%s,%.6f,%.6f,%b",
              one.epoch(),
              one.steps(),
              one.learningRate(),
              one.loss(),
              one.ap(),
              one.best()));
      for (String part : parts.keySet()) {
        text.append(String.format(Locale.ROOT, ",%.6f", one.losses.getOrDefault(part, Double.NaN)));
      }
      text.append('\n');
    }
    return new TrainingCurve(
        text.toString(),
        Double.isNaN(before)
            ? "AP on held-out images"
            : "AP on held-out images (dashed: what it began with)",
        "Loss, weighted sum of all parts",
        epochs.stream().map(one -> new Point(one.epoch(), before, one.ap(), one.loss())).toList());
  }
}
