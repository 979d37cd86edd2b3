package dev.boxmill.detr.dfine;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.PretrainedKeys;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.backbone.BackboneConfig;
import dev.boxmill.detr.criterion.DenoisingSettings;
import dev.boxmill.detr.dfine.FineDecoder.Quality;
import dev.boxmill.detr.rtdetr.Sampling;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads the keys of {@code config.json} that D-FINE and DEIMv2 share. */
public final class FineConfig {

  /** Keys of training and of losses, and those that another key says already. */
  private static final String[] TRAINING_KEYS = {
    "auxiliary_loss",
    "eos_coefficient",
    "head_dim",
    "use_focal_loss",
    "use_pretrained_backbone",
    "with_box_refine",
    // first values of tensors that the checkpoint holds
    "up",
    "reg_scale",
    // of layers behind the last one that is computed
    "layer_scale"
  };

  private static final Object[] ACTIVATIONS = {"relu", "gelu", "silu"};

  private final JsonConfig config;

  private FineConfig(JsonConfig config) {
    this.config = config;
  }

  /**
   * Reads a configuration to its end.
   *
   * @param reader of all keys
   * @throws CheckpointException if a setting is not supported, or a key was not read
   */
  public static <T> T parse(JsonConfig config, Function<FineConfig, T> reader) {
    FineConfig fine = new FineConfig(config);
    try {
      PretrainedKeys.ignoreIn(config);
      config.ignores(TRAINING_KEYS);
      fine.refuseVariants();
      T parsed = reader.apply(fine);
      config.finish();
      return parsed;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("Cannot use " + config.file() + ": " + e.getMessage(), e);
    }
  }

  /** All its keys. */
  public JsonConfig keys() {
    return config;
  }

  /** Of which one value alone is computed, or which name another network. */
  private void refuseVariants() {
    config.allows("use_timm_backbone", "backbone_config must describe the backbone", false);
    config.allows("backbone", "backbone_config must describe the backbone");
    config.allows("backbone_kwargs", "backbone_config must describe the backbone", Map.of());
    config.allows("normalize_before", "the authors' layers have their norms behind them", false);
    config.allows("layer_norm_eps", "it is that of the authors' norms", 1e-5);
    config.allows("batch_norm_eps", "it is that of the authors' norms", 1e-5);
    config.allows("activation_function", "it is that of the authors' convolutions", "silu");
  }

  /** The backbone, which must be described. */
  public Backbone backbone() {
    return BackboneConfig.parseNested(config.object("backbone_config"), "hgnet_v2");
  }

  /** The denoising queries of training. */
  public DenoisingSettings denoising() {
    DenoisingSettings published = FineTraining.PUBLISHED_DENOISING;
    return new DenoisingSettings(
        published.kind(),
        config.integer("num_denoising", published.number()),
        config.number("label_noise_ratio", published.labelNoise()),
        config.number("box_noise_scale", published.boxNoise()));
  }

  /**
   * How many of the backbone's maps are read, its last ones.
   *
   * @param backbone whose maps they are
   */
  public int levels(Backbone backbone) {
    JsonConfig nested = config.object("backbone_config");
    int maps = backbone.widths().size();
    List<Integer> indices = nested.integers("out_indices", List.of());
    List<String> names = nested.texts("out_features", List.of());
    int levels = indices.isEmpty() ? Math.max(names.size(), 1) : indices.size();
    boolean known = !indices.isEmpty() || !names.isEmpty();
    for (int i = 0; i < indices.size(); i++) {
      int index = indices.get(i) < 0 ? maps + 1 + indices.get(i) : indices.get(i);
      known &= index == maps + 1 - levels + i;
    }
    for (int i = 0; i < names.size(); i++) {
      known &= names.size() == levels && names.get(i).matches(".*\\D" + (maps + 1 - levels + i));
    }
    if (!known || levels > 3) {
      throw invalid("backbone_config.out_indices", indices, "up to three, the last ones in turn");
    }
    return levels;
  }

  /**
   * The encoder's sizes.
   *
   * @param channels of the maps that it reads
   */
  public ElanEncoder encoder(List<Integer> channels) {
    int dim = positive("encoder_hidden_dim", 256);
    double expansion = config.number("hidden_expansion", 1);
    int layers = config.integer("encoder_layers", 1);
    List<Integer> encoded = config.integers("encode_proj_layers", List.of(2));
    requireMaps("encoder_in_channels", List.of(512, 1024, 2048), channels);
    if (layers < 0) {
      throw invalid("encoder_layers", layers, "0 or more");
    }
    if (dim % 4 != 0) {
      throw invalid("encoder_hidden_dim", dim, "a multiple of 4");
    }
    int last = channels.size() - 1;
    if (layers > 0
        && (encoded.isEmpty() || encoded.stream().anyMatch(level -> level < 0 || level > last))) {
      throw invalid("encode_proj_layers", encoded, "some of 0 to " + last);
    }
    return new ElanEncoder(
        channels,
        dim,
        atLeastOne("hidden_expansion", expansion, Math.floor(expansion * dim / 2)),
        atLeastOne(
            "depth_mult",
            config.number("depth_mult", 1),
            Math.rint(3 * config.number("depth_mult", 1))),
        layers == 0 ? List.of(0) : encoded,
        layers,
        divisor("encoder_attention_heads", 8, dim, "encoder_hidden_dim"),
        positive("encoder_ffn_dim", 1024),
        activation("encoder_activation_function", "gelu"),
        config.number("positional_encoding_temperature", 10000));
  }

  /**
   * The decoder's sizes.
   *
   * @param levels that it samples
   * @param encoderDim channels of the encoder's maps
   */
  public FineDecoder decoder(int levels, int encoderDim) {
    int dim = positive("d_model", 256);
    int layers = positive("decoder_layers", 6);
    List<Integer> ofEach = Collections.nCopies(levels, encoderDim);
    requireMaps("decoder_in_channels", List.of(256, 256, 256), ofEach);
    config.allows("num_feature_levels", "the encoder makes " + levels + " maps", levels);
    if (!config.has("num_feature_levels") && levels != 3) {
      throw invalid("num_feature_levels", 3, levels + ", as the encoder makes so many maps");
    }
    config.allows("eval_idx", "the last layer's boxes are the result", -1, layers - 1);
    int bins = config.integer("max_num_bins", 32);
    if (bins < 4 || bins % 2 != 0) {
      throw invalid("max_num_bins", bins, "an even number over 3");
    }
    int topBins = positive("top_prob_values", 4);
    if (topBins > bins + 1) {
      throw invalid("top_prob_values", topBins, "max_num_bins and one at most");
    }
    return new FineDecoder(
        dim,
        encoderDim != dim,
        layers,
        divisor("decoder_attention_heads", 8, dim, "d_model"),
        points(levels),
        positive("decoder_ffn_dim", 1024),
        Sampling.parse(config),
        positive("num_queries", 300),
        config.flag("learn_initial_query", false),
        bins,
        new Quality(topBins, positive("lqe_layers", 2), positive("lqe_hidden_dim", 64)),
        strides(levels),
        anchorSize());
  }

  private List<Integer> points(int levels) {
    String key = "decoder_n_points";
    List<Integer> points =
        !config.has(key) || config.isNumber(key)
            ? Collections.nCopies(levels, positive(key, 4))
            : config.integers(key);
    if (points.size() != levels || points.stream().anyMatch(count -> count < 1)) {
      throw invalid(key, points, "a number over 0, or one for each of " + levels + " maps");
    }
    return points;
  }

  private List<Integer> strides(int levels) {
    List<Integer> strides = config.integers("feat_strides", List.of(8, 16, 32));
    if (strides.size() != levels || strides.stream().anyMatch(stride -> stride < 1)) {
      throw invalid("feat_strides", strides, "a number over 0 for each of " + levels + " maps");
    }
    return strides;
  }

  private List<Integer> anchorSize() {
    List<Integer> size = config.integers("anchor_image_size", List.of());
    if (!size.isEmpty() && size.size() != 2) {
      throw invalid("anchor_image_size", size, "height and width");
    }
    return size;
  }

  private void requireMaps(String key, List<Integer> fallback, List<Integer> channels) {
    List<Integer> found = config.integers(key, fallback);
    if (!found.equals(channels)) {
      throw invalid(key, found, channels + ", what the maps before it have");
    }
  }

  /** One of the activations that the feed-forward layers know. */
  String activation(String key, String fallback) {
    config.allows(key, "only three activations are built in", ACTIVATIONS);
    return config.text(key, fallback);
  }

  private int positive(String key, int fallback) {
    int value = config.integer(key, fallback);
    if (value < 1) {
      throw invalid(key, value, "over 0");
    }
    return value;
  }

  private int atLeastOne(String key, double setting, double count) {
    if (!(count >= 1)) {
      throw invalid(key, setting, "large enough for one channel and one block");
    }
    return (int) count;
  }

  private int divisor(String key, int fallback, int dim, String of) {
    int value = positive(key, fallback);
    if (dim % value != 0) {
      throw invalid(key, value, "a divisor of " + of + ", " + dim);
    }
    return value;
  }

  private CheckpointException invalid(String key, Object value, String rule) {
    return new CheckpointException(
        "Invalid " + key + " in " + config.file() + ": " + value + " (must be " + rule + ")");
  }
}
