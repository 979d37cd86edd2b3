package dev.boxmill.job.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.boxmill.checkpoint.DType;
import dev.boxmill.job.error.BadInputException;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What decides, with images and detector, which weights a detector's training ends with.
 *
 * @param epochs passes over all images
 * @param batch images of one step, on all executors together
 * @param accumulate parts of a batch that go through the network one after the other
 * @param learningRate of all but the backbone
 * @param backboneLearningRate of the backbone
 * @param weightDecay of AdamW
 * @param clip what the gradient's norm is clipped to
 * @param warmUp first steps, in which the learning rates grow to their full size
 * @param schedule how they fall
 * @param dropAt share of all steps after which they are a tenth, where they drop
 * @param average decay of the exponential average of all steps' weights, which is what is kept; 0:
 *     the last step's weights themselves
 * @param frozen parts of the network that stay as they are
 * @param mirrored share of images that are mirrored
 * @param scales sizes that images are resized to, as factors of the detector's usual size
 * @param cropped share of images of which a part is cut out
 * @param validationShare of the images, held out to measure AP
 * @param seed of what is drawn: class heads, the order of images, their views, denoising
 * @param dtype what the weights are written in, and rounded to before AP is measured
 */
public record DetectorSettings(
    @JsonProperty("epochs") int epochs,
    @JsonProperty("batch") int batch,
    @JsonProperty("accumulate") int accumulate,
    @JsonProperty("learning_rate") double learningRate,
    @JsonProperty("backbone_learning_rate") double backboneLearningRate,
    @JsonProperty("weight_decay") double weightDecay,
    @JsonProperty("clip") double clip,
    @JsonProperty("warm_up") int warmUp,
    @JsonProperty("schedule") Schedule schedule,
    @JsonProperty("drop_at") double dropAt,
    @JsonProperty("average") double average,
    @JsonProperty("frozen") Set<FrozenPart> frozen,
    @JsonProperty("mirrored") double mirrored,
    @JsonProperty("scales") List<Double> scales,
    @JsonProperty("cropped") double cropped,
    @JsonProperty("validation_share") double validationShare,
    @JsonProperty("seed") long seed,
    @JsonProperty("dtype") Dtype dtype)
    implements Serializable {

  /** DETR's recipe, for a fine-tuning of a few epochs. */
  public static final DetectorSettings DEFAULTS =
      new DetectorSettings(
          12,
          16,
          8,
          1e-4,
          1e-5,
          1e-4,
          0.1,
          0,
          Schedule.DROP,
          0.9167,
          0,
          Set.of(),
          0.5,
          List.of(0.6, 0.64, 0.68, 0.72, 0.76, 0.8, 0.84, 0.88, 0.92, 0.96, 1.0),
          0.5,
          0.1,
          0,
          Dtype.FLOAT32);

  /** Parts of a network that may stay as they are. */
  public enum FrozenPart {
    BACKBONE(Set.of("backbone."), Set.of("backbone.")),
    /** From the backbone's maps to the memory. */
    ENCODER(Set.of("encoder.", "projection", "level", "position."), Set.of("encoder.", "decoder."));

    private final Set<String> prefixes;
    private final Set<String> norms;

    FrozenPart(Set<String> prefixes, Set<String> norms) {
      this.prefixes = prefixes;
      this.norms = norms;
    }

    /** How program names of its tensors begin. */
    Set<String> prefixes() {
      return prefixes;
    }

    /** The same of BatchNorms that can't follow images then; those of the decoder go with it. */
    Set<String> norms() {
      return norms;
    }
  }

  /** Numbers of a detector's file of weights, which training itself has in float32. */
  public enum Dtype {
    FLOAT32(DType.F32),
    FLOAT16(DType.F16);

    private final DType stored;

    Dtype(DType stored) {
      this.stored = stored;
    }

    DType stored() {
      return stored;
    }

    /** As {@code config.json} has it. */
    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How learning rates fall. */
  public enum Schedule {
    /** To a tenth, once. */
    DROP {
      @Override
      double factor(double share, double dropAt) {
        return share < dropAt ? 1 : 0.1;
      }
    },
    /** To nothing, along half a cosine. */
    COSINE {
      @Override
      double factor(double share, double dropAt) {
        return 0.5 * (1 + Math.cos(Math.PI * share));
      }
    };

    /**
     * What learning rates are multiplied by.
     *
     * @param share of the steps that are taken
     */
    abstract double factor(double share, double dropAt);
  }

  public DetectorSettings {
    require(epochs >= 1, "--epochs", epochs, "at least 1");
    require(batch >= 1, "--batch-size", batch, "at least 1");
    require(
        accumulate >= 1 && accumulate <= batch,
        "--accumulate",
        accumulate,
        "from 1 to the batch's " + batch + " images");
    requireRate("--learning-rate", learningRate);
    requireRate("--backbone-learning-rate", backboneLearningRate);
    require(weightDecay >= 0 && weightDecay <= 1, "--weight-decay", weightDecay, "from 0 to 1");
    require(clip > 0, "--clip", clip, "over 0");
    require(warmUp >= 0, "--warm-up", warmUp, "0 steps or more");
    require(dropAt >= 0 && dropAt <= 1, "--drop-at", dropAt, "from 0 to 1");
    require(average >= 0 && average < 1, "--ema", average, "from 0 to below 1");
    frozen = Set.copyOf(frozen);
    require(mirrored >= 0 && mirrored <= 1, "--flip", mirrored, "from 0 to 1");
    require(cropped >= 0 && cropped <= 1, "--crop", cropped, "from 0 to 1");
    require(
        validationShare > 0 && validationShare < 1,
        "--validation-share",
        validationShare,
        "between 0 and 1");
    scales = List.copyOf(scales);
    require(!scales.isEmpty(), "--scales", scales, "one factor at least");
    for (double scale : scales) {
      require(scale >= 0.1 && scale <= 4, "--scales", scale, "from 0.1 to 4");
    }
  }

  /** A step of AdamW moves each weight by so much, whatever the gradient: more is noise. */
  private static void requireRate(String option, double rate) {
    require(rate > 0 && rate <= 1, option, rate, "over 0 and no more than 1");
  }

  private static void require(boolean holds, String option, Object value, String rule) {
    if (!holds) {
      throw new BadInputException("Invalid " + option + ": " + value + " (must be " + rule + ")");
    }
  }

  /** By their options' names, but for the epochs. */
  Map<String, String> named() {
    Map<String, String> named = new LinkedHashMap<>();
    named.put("batch-size", String.valueOf(batch));
    named.put("accumulate", String.valueOf(accumulate));
    named.put("learning-rate", String.valueOf(learningRate));
    named.put("backbone-learning-rate", String.valueOf(backboneLearningRate));
    named.put("weight-decay", String.valueOf(weightDecay));
    named.put("clip", String.valueOf(clip));
    named.put("warm-up", String.valueOf(warmUp));
    named.put("schedule", String.valueOf(schedule));
    named.put("drop-at", String.valueOf(dropAt));
    named.put("ema", String.valueOf(average));
    named.put("freeze", String.valueOf(new TreeSet<>(frozen)));
    named.put("flip", String.valueOf(mirrored));
    named.put("scales", String.valueOf(scales));
    named.put("crop", String.valueOf(cropped));
    named.put("validation-share", String.valueOf(validationShare));
    named.put("seed", String.valueOf(seed));
    named.put("dtype", dtype.text());
    return named;
  }

  /** Images that one pass through the network takes. */
  int together() {
    return (batch + accumulate - 1) / accumulate;
  }

  /**
   * What the learning rates of a step are multiplied by.
   *
   * @param step counted from 0
   * @param steps that there will be
   */
  double factor(long step, long steps) {
    double share = step < warmUp ? (step + 1.0) / warmUp : 1;
    return share * schedule.factor((double) step / steps, dropAt);
  }
}
