package dev.boxmill.detr.preprocess;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Map;

/**
 * How an image is prepared for a checkpoint's network: resize, then {@code (x * rescale - mean) /
 * std} for each channel. There is no padding: a batch holds images of one exact shape.
 *
 * @param rescale factor for samples of 0 to 255
 * @param mean subtracted from red, green and blue
 * @param std divides red, green and blue
 */
public record Preprocessing(
    ResizeRule rule, Resampling resampling, double rescale, List<Double> mean, List<Double> std) {

  public Preprocessing {
    mean = channels("image_mean", mean);
    std = channels("image_std", std);
    if (std.contains(0.0)) {
      throw new IllegalArgumentException("Invalid image_std: " + std + " (must not hold 0)");
    }
  }

  /**
   * Reads {@code preprocessor_config.json} of the DETR family, in its present form or as the old
   * feature extractors had it.
   *
   * @throws dev.boxmill.checkpoint.CheckpointException naming keys that are unknown or ask for
   *     something else than this class does
   */
  public static Preprocessing parse(JsonConfig config) {
    return PreprocessorConfig.parse(config);
  }

  /**
   * What the detectors' authors do in evaluation: shortest edge 800, longest 1333 at most,
   * bilinear, normalized by ImageNet's mean and deviation.
   */
  public static Preprocessing original() {
    return new Preprocessing(
        new ResizeRule.RoundedShortestEdge(800, 1333),
        Resampling.BILINEAR,
        1.0 / 255,
        List.of(0.485, 0.456, 0.406),
        List.of(0.229, 0.224, 0.225));
  }

  public ImageSize resized(ImageSize original) {
    return rule.resized(original);
  }

  /** The same for images that many times as large. */
  Preprocessing scaled(double factor) {
    return new Preprocessing(rule.scaled(factor), resampling, rescale, mean, std);
  }

  /**
   * {@code preprocess.py} with this checkpoint's constants: functions {@code resize} and {@code
   * normalize}, and the entry point {@code resize_picture}.
   */
  public Program program() {
    return Program.of(Preprocessing.class, "preprocess.py")
        .and(Device.Kind.CPU, Preprocessing.class, "resize_on_cpu.py")
        .and(Device.Kind.CUDA, Preprocessing.class, "resize_on_cuda.py")
        .with(
            Map.of(
                "RESAMPLE", resampling.pillowNumber(),
                "RESCALE", rescale,
                "MEAN", mean,
                "STD", std));
  }

  private static List<Double> channels(String name, List<Double> values) {
    if (values.size() != 3) {
      throw new IllegalArgumentException(
          "Invalid " + name + ": " + values + " (must be three numbers: red, green, blue)");
    }
    return List.copyOf(values);
  }
}
