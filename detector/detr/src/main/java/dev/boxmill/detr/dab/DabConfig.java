package dev.boxmill.detr.dab;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.PretrainedKeys;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.backbone.BackboneConfig;
import dev.boxmill.detr.transformer.Transformer;
import java.util.List;

/** Reads the {@code config.json} of transformers' {@code DabDetrForObjectDetection}. */
final class DabConfig {

  /** What the library keeps of the pairs of query and class. */
  private static final int BEST = 100;

  private static final double INVERSE_SIGMOID_EPS = 1e-5;

  private static final List<String> ACTIVATIONS =
      List.of("prelu", "relu", "gelu", "gelu_new", "silu");

  private DabConfig() {}

  static DabArchitecture parse(JsonConfig config) {
    try {
      DabArchitecture architecture = read(config);
      config.finish();
      return architecture;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("Cannot use " + config.file() + ": " + e.getMessage(), e);
    }
  }

  private static DabArchitecture read(JsonConfig config) {
    PretrainedKeys.ignoreIn(config);
    config.ignores("auxiliary_loss", "random_refpoints_xy", "initializer_bias_prior_prob");
    config.allows("model_type", "it is a DAB-DETR", "dab-detr");
    config.allows(
        "architectures",
        "only boxes are computed",
        List.of("DabDetrForObjectDetection"),
        List.of());
    config.allows("query_dim", "queries are boxes of x, y, width and height", 4);
    int patterns = config.integer("num_patterns", 0);
    return new DabArchitecture(
        backbone(config),
        Transformer.parse(config, "hidden_size", ACTIVATIONS),
        config.integer("num_queries", 300),
        patterns == 0 ? QueryContent.ZERO : QueryContent.PATTERNS,
        patterns,
        variant(config),
        ClassNames.parse(config));
  }

  /** Unlike its relatives, the library passes over the flag where there are arguments for timm. */
  private static Backbone backbone(JsonConfig config) {
    boolean dilated = config.flag("dilation", false);
    if (dilated
        && config.has("backbone_kwargs")
        && !config.object("backbone_kwargs").has("output_stride")) {
      throw new IllegalArgumentException(
          "Invalid dilation: true (must be output_stride in backbone_kwargs, since the library"
              + " passes over it)");
    }
    return BackboneConfig.parse(config);
  }

  private static DabArchitecture.Variant variant(JsonConfig config) {
    return new DabArchitecture.Variant(
        config.flag("keep_query_pos", false),
        config.flag("normalize_before", false),
        new DabArchitecture.Sines(
            config.number("temperature_height", 20),
            config.number("temperature_width", 20),
            config.number("sine_position_embedding_scale", 2 * Math.PI)),
        INVERSE_SIGMOID_EPS,
        BEST);
  }
}
