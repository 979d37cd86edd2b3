package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.PretrainedKeys;
import dev.boxmill.detr.statedict.StateDict;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Transformers' Swin, and its authors' in state dicts. */
final class SwinType implements BackboneType {
  private static final int STAGES = 4;

  @Override
  public List<String> modelTypes() {
    return List.of("swin");
  }

  @Override
  public Backbone parse(JsonConfig config, boolean dilated) {
    BackboneType.requireUndilated(dilated);
    BackboneConfig.requireLastStage(config);
    PretrainedKeys.ignoreInBackbone(config);
    config.ignores("hidden_dropout_prob", "attention_probs_dropout_prob", "drop_path_rate");
    config.ignores("initializer_range", "encoder_stride", "image_size", "num_layers");
    config.ignores("hidden_size", "path_norm");
    config.allows("num_channels", "pictures have red, green and blue", 3);
    config.allows("patch_size", "C2 must have stride 4", 4);
    config.allows("qkv_bias", "queries, keys and values have a bias", true);
    config.allows("use_absolute_embeddings", "they fit one image size", false);
    config.allows("layer_norm_eps", "only the default is built in", 1e-5);
    config.allows("hidden_act", "these are built in", "gelu", "relu", "gelu_new", "silu");
    return new Swin(
        config.integer("embed_dim", 96),
        config.integers("depths", List.of(2, 2, 6, 2)),
        config.integers("num_heads", List.of(3, 6, 12, 24)),
        config.integer("window_size", 7),
        config.number("mlp_ratio", 4),
        config.text("hidden_act", "gelu"),
        normed(config),
        SwinNames.HUGGING_FACE);
  }

  /** The library norms the maps that it hands out. */
  private static List<Boolean> normed(JsonConfig config) {
    List<Integer> indices = config.integers("out_indices", List.of(STAGES));
    List<String> names = config.texts("out_features", List.of());
    return IntStream.rangeClosed(1, STAGES)
        .mapToObj(
            stage ->
                names.isEmpty()
                    ? indices.contains(stage) || indices.contains(stage - STAGES - 1)
                    : names.contains("stage" + stage))
        .toList();
  }

  @Override
  public Optional<Backbone> find(StateDict stateDict, int outputStride) {
    return StateDictSwin.find(stateDict).map(StateDictSwin::read);
  }

  @Override
  public List<String> stateDictForms() {
    return List.of("Swin as its authors name it");
  }
}
