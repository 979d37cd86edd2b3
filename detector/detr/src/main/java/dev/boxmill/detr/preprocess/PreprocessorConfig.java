package dev.boxmill.detr.preprocess;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.schemas.ImageSize;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The keys of {@code preprocessor_config.json} and each processor's defaults. */
final class PreprocessorConfig {
  private static final Set<String> KEEP_ASPECT =
      Set.of("Detr", "ConditionalDetr", "DeformableDetr", "RfDetr", "GroundingDino");

  /** Those that stretch all images to one size, and that size. */
  private static final Map<String, ImageSize> SQUARE =
      Map.of("RTDetr", new ImageSize(640, 640), "PPDocLayoutV2", new ImageSize(800, 800));

  private static final Set<String> WITHOUT_ANTIALIAS = Set.of("RfDetr", "PPDocLayoutV2");
  private static final Set<String> BICUBIC = Set.of("PPDocLayoutV2");
  private static final Set<String> UNSHIFTED = Set.of("PPDocLayoutV2");

  private static final List<String> SUFFIXES =
      List.of("ImageProcessorFast", "ImageProcessorPil", "ImageProcessor", "FeatureExtractor");

  /** Model types with processors of their own; those of all others do what DETR's does. */
  private static final Map<String, String> PROCESSORS =
      Map.of(
          "rt_detr", "RTDetrImageProcessor",
          "rt_detr_v2", "RTDetrImageProcessor",
          "d_fine", "RTDetrImageProcessor",
          "deimv2", "RTDetrImageProcessor",
          "pp_doclayout_v2", "PPDocLayoutV2ImageProcessor",
          "rf_detr", "RfDetrImageProcessor");

  /** What the old feature extractors called {@code do_pad}. */
  private static final String OLD_DO_PAD = "pad_and_return_pixel_mask";

  private static final int SHORTEST = 800;
  private static final int LONGEST = 1333;
  private static final double BYTE_TO_UNIT = 1.0 / 255;
  private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);
  private static final List<Double> ZEROS = List.of(0.0, 0.0, 0.0);
  private static final List<Double> ONES = List.of(1.0, 1.0, 1.0);

  private final JsonConfig config;
  private final String family;
  private final boolean square;

  private PreprocessorConfig(JsonConfig config, String modelType) {
    this.config = config;
    this.family = family(modelType);
    this.square = SQUARE.containsKey(family);
  }

  static Preprocessing parse(JsonConfig config, String modelType) {
    return new PreprocessorConfig(config, modelType).parse();
  }

  private Preprocessing parse() {
    config.allows("do_center_crop", "images are never cropped", false);
    config.ignores("crop_size", "processor_class", "processor_type", "_processor_class");
    config.ignores("format", "do_convert_annotations", "return_segmentation_masks", "masks_path");
    config.ignores("return_tensors", "data_format", "input_data_format", "device");
    config.ignores("default_to_square", "disable_grouping", "do_convert_rgb", "model_input_names");
    config.ignores("image_seq_length", "use_fast");
    try {
      Preprocessing unpadded = new Preprocessing(rule(), resampling(), rescale(), mean(), std());
      Preprocessing preprocessing = padding().map(unpadded::paddedTo).orElse(unpadded);
      config.finish();
      return preprocessing;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("Cannot use " + config.file() + ": " + e.getMessage(), e);
    }
  }

  /** {@code RTDetr} of {@code RTDetrImageProcessorFast}; the model's where no type is given. */
  private String family(String modelType) {
    String own = PROCESSORS.getOrDefault(modelType, "DetrImageProcessor");
    String feature = config.text("feature_extractor_type", own);
    String type = config.text("image_processor_type", feature);
    for (String suffix : SUFFIXES) {
      String name = type.endsWith(suffix) ? type.replace(suffix, "") : "";
      if (KEEP_ASPECT.contains(name) || SQUARE.containsKey(name)) {
        return name;
      }
    }
    Set<String> known = new TreeSet<>();
    KEEP_ASPECT.forEach(name -> known.add(name + "ImageProcessor"));
    SQUARE.keySet().forEach(name -> known.add(name + "ImageProcessor"));
    throw new CheckpointException(
        "Unknown image_processor_type in %s '%s' (known: %s)"
            .formatted(config.file(), type, String.join(", ", known)));
  }

  /** Padding without a size fills up a batch, which here holds images of one shape. */
  private Optional<ImageSize> padding() {
    boolean pads = config.flag("do_pad", !square) && config.flag(OLD_DO_PAD, true);
    if (!config.has("pad_size")) {
      config.ignores("pad_size");
      return Optional.empty();
    }
    JsonConfig size = config.object("pad_size");
    ImageSize padded = new ImageSize(size.integer("width"), size.integer("height"));
    return pads ? Optional.of(padded) : Optional.empty();
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
          ? new ResizeRule.Exact(SQUARE.get(family))
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
    Resampling usual = BICUBIC.contains(family) ? Resampling.BICUBIC : Resampling.BILINEAR;
    Resampling pillows = Resampling.of(config.integer("resample", usual.pillowNumber()));
    return WITHOUT_ANTIALIAS.contains(family) ? pillows.withoutAntialias() : pillows;
  }

  private double rescale() {
    double factor = config.number("rescale_factor", BYTE_TO_UNIT);
    return config.flag("do_rescale", true) ? factor : 1;
  }

  private List<Double> mean() {
    boolean unshifted = UNSHIFTED.contains(family);
    List<Double> mean = channels("image_mean", unshifted ? ZEROS : IMAGENET_MEAN);
    return normalizes() ? mean : ZEROS;
  }

  private List<Double> std() {
    List<Double> std = channels("image_std", UNSHIFTED.contains(family) ? ONES : IMAGENET_STD);
    return normalizes() ? std : ONES;
  }

  /** A number stands for all three. */
  private List<Double> channels(String key, List<Double> fallback) {
    return config.isNumber(key)
        ? Collections.nCopies(fallback.size(), config.number(key))
        : config.numbers(key, fallback);
  }

  private boolean normalizes() {
    return config.flag("do_normalize", !square);
  }
}
