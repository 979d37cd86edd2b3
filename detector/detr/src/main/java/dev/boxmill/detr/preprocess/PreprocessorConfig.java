package dev.boxmill.detr.preprocess;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.schemas.ImageSize;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The keys of {@code preprocessor_config.json} and each processor's defaults. */
final class PreprocessorConfig {
  private static final Set<String> KEEP_ASPECT =
      Set.of("Detr", "ConditionalDetr", "DeformableDetr");
  private static final Set<String> SQUARE = Set.of("RTDetr");
  private static final List<String> SUFFIXES =
      List.of("ImageProcessorFast", "ImageProcessor", "FeatureExtractor");

  private static final int SHORTEST = 800;
  private static final int LONGEST = 1333;
  private static final ImageSize RT_DETR_SIZE = new ImageSize(640, 640);
  private static final double BYTE_TO_UNIT = 1.0 / 255;
  private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);

  private final JsonConfig config;
  private final boolean square;

  private PreprocessorConfig(JsonConfig config) {
    this.config = config;
    this.square = SQUARE.contains(family());
  }

  static Preprocessing parse(JsonConfig config) {
    return new PreprocessorConfig(config).parse();
  }

  private Preprocessing parse() {
    config.allows("do_center_crop", "images are never cropped", false);
    config.ignores("crop_size", "processor_class", "processor_type", "_processor_class");
    config.ignores("format", "do_convert_annotations", "return_segmentation_masks", "masks_path");
    config.ignores("return_tensors", "data_format", "input_data_format", "device");
    config.ignores("default_to_square", "disable_grouping", "do_convert_rgb", "model_input_names");
    config.ignores("image_seq_length", "use_fast", "do_pad", "pad_and_return_pixel_mask");
    refusePadSize();
    try {
      Preprocessing preprocessing =
          new Preprocessing(rule(), resampling(), rescale(), mean(), std());
      config.finish();
      return preprocessing;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("Cannot use " + config.file() + ": " + e.getMessage(), e);
    }
  }

  /** {@code RTDetr} of {@code RTDetrImageProcessorFast}; DETR's where no type is given. */
  private String family() {
    String feature = config.text("feature_extractor_type", "DetrFeatureExtractor");
    String type = config.text("image_processor_type", feature);
    for (String suffix : SUFFIXES) {
      String family = type.endsWith(suffix) ? type.replace(suffix, "") : "";
      if (KEEP_ASPECT.contains(family) || SQUARE.contains(family)) {
        return family;
      }
    }
    Set<String> known = new TreeSet<>();
    KEEP_ASPECT.forEach(family -> known.add(family + "ImageProcessor"));
    SQUARE.forEach(family -> known.add(family + "ImageProcessor"));
    throw new CheckpointException(
        "Unknown image_processor_type in %s '%s' (known: %s)"
            .formatted(config.file(), type, String.join(", ", known)));
  }

  private void refusePadSize() {
    config.ignores("pad_size");
    if (config.has("pad_size")) {
      throw new CheckpointException(
          "Unsupported pad_size in "
              + config.file()
              + ": images are never padded (must be absent or null)");
    }
  }

  private ResizeRule rule() {
    boolean resizes = config.flag("do_resize", true);
    ResizeRule rule = config.isNumber("size") ? edge() : sizes();
    config.ignores("max_size");
    return resizes ? rule : new ResizeRule.None();
  }

  /** The form of the feature extractors: a number, with {@code max_size} beside it. */
  private ResizeRule edge() {
    int shortest = config.integer("size");
    if (square) {
      throw new IllegalArgumentException(
          "Invalid size: " + shortest + " (must have height and width)");
    }
    return new ResizeRule.ShortestEdge(shortest, config.integer("max_size", LONGEST));
  }

  private ResizeRule sizes() {
    if (!config.has("size")) {
      config.ignores("size");
      return square
          ? new ResizeRule.Exact(RT_DETR_SIZE)
          : new ResizeRule.ShortestEdge(SHORTEST, LONGEST);
    }
    JsonConfig size = config.object("size");
    if (size.has("shortest_edge") && size.has("longest_edge")) {
      return new ResizeRule.ShortestEdge(
          size.integer("shortest_edge"), size.integer("longest_edge"));
    }
    if (size.has("max_height") && size.has("max_width")) {
      return new ResizeRule.Within(size.integer("max_height"), size.integer("max_width"));
    }
    if (size.has("height") && size.has("width")) {
      return new ResizeRule.Exact(new ImageSize(size.integer("width"), size.integer("height")));
    }
    throw new IllegalArgumentException(
        "Invalid size (must have shortest_edge and longest_edge, height and width, or max_height"
            + " and max_width)");
  }

  private Resampling resampling() {
    return Resampling.of(config.integer("resample", Resampling.BILINEAR.pillowNumber()));
  }

  private double rescale() {
    double factor = config.number("rescale_factor", BYTE_TO_UNIT);
    return config.flag("do_rescale", true) ? factor : 1;
  }

  private List<Double> mean() {
    List<Double> mean = config.numbers("image_mean", IMAGENET_MEAN);
    return normalizes() ? mean : List.of(0.0, 0.0, 0.0);
  }

  private List<Double> std() {
    List<Double> std = config.numbers("image_std", IMAGENET_STD);
    return normalizes() ? std : List.of(1.0, 1.0, 1.0);
  }

  private boolean normalizes() {
    return config.flag("do_normalize", !square);
  }
}
