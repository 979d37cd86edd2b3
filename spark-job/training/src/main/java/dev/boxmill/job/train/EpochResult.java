package dev.boxmill.job.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.boxmill.job.train.TrainingCurve.Point;
import java.util.List;
import java.util.Locale;

/**
 * A point of the curve.
 *
 * @param epoch counted from 1
 * @param steps taken since the beginning
 * @param loss mean of the epoch, per matched box: 5 L1 + 2 GIoU, summed over three steps
 * @param detectorAp AP of the detector's own boxes on the held-out images
 * @param ap AP after the refiner
 * @param best whether these weights were the best so far
 */
record EpochResult(
    @JsonProperty("epoch") int epoch,
    @JsonProperty("steps") long steps,
    @JsonProperty("learning_rate") double learningRate,
    @JsonProperty("loss") double loss,
    @JsonProperty("detector_ap") double detectorAp,
    @JsonProperty("ap") double ap,
    @JsonProperty("best") boolean best) {

  /** How a refiner's training went. */
  static TrainingCurve curve(List<EpochResult> results) {
    StringBuilder text = new StringBuilder("epoch,steps,learning_rate,loss,detector_ap,ap,best\n");
    for (EpochResult one : results) {
      text.append(
          String.format(
              Locale.ROOT,
              "%d,%d,%s,%.6f,%.6f,%.6f,%b\n",
              one.epoch(),
              one.steps(),
              one.learningRate(),
              one.loss(),
              one.detectorAp(),
              one.ap(),
              one.best()));
    }
    return new TrainingCurve(
        text.toString(),
        "AP on held-out images (dashed: the detector alone)",
        "Loss per box (5 L1 + 2 GIoU, summed over steps)",
        results.stream()
            .map(one -> new Point(one.epoch(), one.detectorAp(), one.ap(), one.loss()))
            .toList());
  }
}
