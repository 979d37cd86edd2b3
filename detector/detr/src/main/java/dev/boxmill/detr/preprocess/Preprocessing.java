package dev.boxmill.detr.preprocess;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How an image is prepared for a checkpoint's network: resize, then {@code (x * rescale - mean) /
 * std} for each channel. A batch holds images of one exact shape, so it needs no padding; a
 * checkpoint that was trained on padded images gets them padded.
 *
 * @param rescale factor for samples of 0 to 255
 * @param mean subtracted from red, green and blue
 * @param std divides red, green and blue
 * @param padded what every image is filled up to with zeros at the right and at the bottom; empty
 *     for a network that takes them as they are
 */
public record Preprocessing(
    ResizeRule rule,
    Resampling resampling,
    double rescale,
    List<Double> mean,
    List<Double> std,
    Optional<ImageSize> padded) {

  private static final List<Integer> UNPADDED = List.of(0, 0);

  public Preprocessing {
    mean = channels("image_mean", mean);
    std = channels("image_std", std);
    if (std.contains(0.0)) {
      throw new IllegalArgumentException("Invalid image_std: " + std + " (must not hold 0)");
    }
  }

  /** Without padding. */
  public Preprocessing(
      ResizeRule rule, Resampling resampling, double rescale, List<Double> mean, List<Double> std) {
    this(rule, resampling, rescale, mean, std, Optional.empty());
  }

  /** The same for a network that was trained on images of that size, smaller ones filled up. */
  public Preprocessing paddedTo(ImageSize size) {
    return new Preprocessing(rule, resampling, rescale, mean, std, Optional.of(size));
  }

  /**
   * Reads {@code preprocessor_config.json} of the DETR family, in its present form or as the old
   * feature extractors had it.
   *
   * @param modelType of the network, whose processor is meant where the file names none, as {@code
   *     AutoImageProcessor} has it
   * @throws dev.boxmill.checkpoint.CheckpointException naming keys that are unknown or ask for
   *     something else than this class does
   */
  public static Preprocessing parse(JsonConfig config, String modelType) {
    return PreprocessorConfig.parse(config, modelType);
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

  /** Stretched to that size, bilinear, values from 0 to 1: what RT-DETR's successors do. */
  public static Preprocessing stretched(ImageSize size) {
    return new Preprocessing(
        new ResizeRule.Exact(size),
        Resampling.BILINEAR,
        1.0 / 255,
        List.of(0.0, 0.0, 0.0),
        List.of(1.0, 1.0, 1.0));
  }

  /**
   * Images of one size, whatever their shape; bilinear, normalized by ImageNet's mean and
   * deviation.
   */
  public static Preprocessing square(ImageSize size) {
    Preprocessing original = original();
    return new Preprocessing(
        new ResizeRule.Exact(size),
        Resampling.BILINEAR,
        original.rescale,
        original.mean,
        original.std);
  }

  /** The same where pixels between those that are sampled don't count. */
  public Preprocessing withoutAntialias() {
    return new Preprocessing(rule, resampling.withoutAntialias(), rescale, mean, std, padded);
  }

  /**
   * The same for a network that takes images of such sides alone; the rule's own size must be one.
   */
  public Preprocessing inMultiplesOf(int pixels) {
    return new Preprocessing(rule.inMultiplesOf(pixels), resampling, rescale, mean, std, padded);
  }

  public ImageSize resized(ImageSize original) {
    return rule.resized(original);
  }

  /** What the network computes of an image, padding included. */
  public ImageSize computed(ImageSize original) {
    ImageSize size = resized(original);
    return padded
        .map(
            least ->
                new ImageSize(
                    Math.max(size.width(), least.width()), Math.max(size.height(), least.height())))
        .orElse(size);
  }

  /**
   * Makes sure that an image of that size, after resizing, can be padded.
   *
   * @throws PaddingException if it is too large
   */
  void requireRoom(ImageSize resized) {
    for (ImageSize size : padded.stream().toList()) {
      if (resized.width() > size.width() || resized.height() > size.height()) {
        throw new PaddingException(resized, size);
      }
    }
  }

  /**
   * The same for images that many times as large, which are padded as before, if they leave room.
   */
  public Preprocessing scaled(double factor) {
    return new Preprocessing(rule.scaled(factor), resampling, rescale, mean, std, padded);
  }

  /**
   * {@code preprocess.py} with this checkpoint's constants: functions {@code resize}, {@code
   * normalize} and {@code padded}, and the entry point {@code resize_picture}.
   */
  public Program program() {
    return Program.of(Preprocessing.class, "preprocess.py")
        .and(Device.Kind.CPU, Preprocessing.class, "resize_on_cpu.py")
        .and(Device.Kind.CUDA, Preprocessing.class, "resize_on_cuda.py")
        .with(
            Map.of(
                "RESAMPLE",
                resampling.pillowNumber(),
                "ANTIALIAS",
                resampling.antialias(),
                "RESCALE",
                rescale,
                "MEAN",
                mean,
                "STD",
                std,
                "PADDED",
                padded.map(Preprocessing::heightAndWidth).orElse(UNPADDED)));
  }

  private static List<Integer> heightAndWidth(ImageSize size) {
    return List.of(size.height(), size.width());
  }

  private static List<Double> channels(String name, List<Double> values) {
    if (values.size() != 3) {
      throw new IllegalArgumentException(
          "Invalid " + name + ": " + values + " (must be three numbers: red, green, blue)");
    }
    return List.copyOf(values);
  }
}
