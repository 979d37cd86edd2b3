package dev.boxmill.job.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.boxmill.job.error.BadInputException;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What decides, with images and detector, which weights a training ends with.
 *
 * @param epochs passes over all images
 * @param batch images of one step, on all executors together
 * @param learningRate of the first epochs
 * @param warmUp first steps, in which the learning rate grows to its full size
 * @param dropAt share of all steps after which the learning rate is a tenth
 * @param average decay of the exponential average of all steps' weights, which is what is kept; 0:
 *     the last step's weights themselves
 * @param mirrored share of images that are mirrored
 * @param scales sizes that images are resized to, as factors of the detector's usual size
 * @param validationShare of the images, held out to measure AP
 * @param seed of the first weights, the order of images, and their poses
 * @param firstMove how far the first weights move boxes, of what drawn ones do
 */
public record TrainingSettings(
    @JsonProperty("epochs") int epochs,
    @JsonProperty("batch") int batch,
    @JsonProperty("learning_rate") double learningRate,
    @JsonProperty("warm_up") int warmUp,
    @JsonProperty("drop_at") double dropAt,
    @JsonProperty("average") double average,
    @JsonProperty("mirrored") double mirrored,
    @JsonProperty("scales") List<Double> scales,
    @JsonProperty("validation_share") double validationShare,
    @JsonProperty("seed") long seed,
    @JsonProperty("first_move") double firstMove)
    implements Serializable {

  /** A step of AdamW moves each weight by so much, whatever the gradient: more is noise. */
  private static final double MOST_LEARNING_RATE = 1;

  public TrainingSettings {
    require(epochs >= 1, "--epochs", epochs, "at least 1");
    require(batch >= 1, "--batch", batch, "at least 1");
    require(
        learningRate > 0 && learningRate <= MOST_LEARNING_RATE,
        "--learning-rate",
        learningRate,
        "over 0 and no more than 1");
    require(warmUp >= 0, "--warm-up", warmUp, "0 steps or more");
    require(dropAt >= 0 && dropAt <= 1, "--drop-at", dropAt, "from 0 to 1");
    require(average >= 0 && average < 1, "--average", average, "from 0 to below 1");
    require(mirrored >= 0 && mirrored <= 1, "--mirrored", mirrored, "from 0 to 1");
    require(
        validationShare > 0 && validationShare < 1,
        "--validation-share",
        validationShare,
        "between 0 and 1");
    require(
        firstMove > 0 && firstMove <= 1, "--first-move", firstMove, "over 0 and no more than 1");
    scales = List.copyOf(scales);
    require(!scales.isEmpty(), "--scales", scales, "one factor at least");
    for (double scale : scales) {
      require(scale >= 0.1 && scale <= 4, "--scales", scale, "from 0.1 to 4");
    }
  }

  /** By their options' names, but for the epochs. */
  Map<String, String> named() {
    Map<String, String> named = new LinkedHashMap<>();
    named.put("batch", String.valueOf(batch));
    named.put("learning-rate", String.valueOf(learningRate));
    named.put("warm-up", String.valueOf(warmUp));
    named.put("drop-at", String.valueOf(dropAt));
    named.put("average", String.valueOf(average));
    named.put("mirrored", String.valueOf(mirrored));
    named.put("scales", String.valueOf(scales));
    named.put("validation-share", String.valueOf(validationShare));
    named.put("seed", String.valueOf(seed));
    if (firstMove < 1) {
      named.put("first-move", String.valueOf(firstMove));
    }
    return named;
  }

  private static void require(boolean holds, String option, Object value, String rule) {
    if (!holds) {
      throw new BadInputException("Invalid " + option + ": " + value + " (must be " + rule + ")");
    }
  }

  /** The learning rate of a step, counted from 0. */
  double learningRate(long step, long steps) {
    double share = step < warmUp ? (step + 1.0) / warmUp : 1;
    return share * (step < Math.ceil(dropAt * steps) ? learningRate : learningRate / 10);
  }
}
