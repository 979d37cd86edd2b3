package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.PretrainedKeys;
import dev.boxmill.detr.backbone.HgNetV2.Stage;
import dev.boxmill.detr.statedict.StateDict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Transformers' HGNetV2, and that of D-FINE's authors in state dicts. */
final class HgNetV2Type implements BackboneType {
  private static final String STEM = "backbone.stem.stem";
  private static final String STAGES = "backbone.stages.";

  @Override
  public List<String> modelTypes() {
    return List.of("hgnet_v2");
  }

  @Override
  public Backbone parse(JsonConfig config, boolean dilated) {
    BackboneType.requireUndilated(dilated);
    PretrainedKeys.ignoreInBackbone(config);
    config.allows("model_type", "it is an HGNetV2", "hgnet_v2");
    config.allows("num_channels", "pictures have red, green and blue", 3);
    config.allows("hidden_act", "the library passes over it behind the stem", "relu");
    config.allows("stem_strides", "the stem's stride is 4", List.of(2, 1, 1, 2, 1));
    List<Integer> stem = config.integers("stem_channels", List.of(3, 32, 48));
    if (stem.size() != 3 || stem.get(0) != 3) {
      throw invalid("stem_channels", stem, "3 and two widths");
    }
    List<Stage> stages = stages(config);
    List<Integer> outs = stages.stream().map(Stage::out).toList();
    requireChain(config.integers("stage_in_channels", List.of(48, 128, 512, 1024)), stem, outs);
    requireStrides(config, stages.size());
    requireLast(config, stages.size());
    // what these say, stage_out_channels and stem_channels say too
    config.ignores("depths", "hidden_sizes", "embedding_size");
    // PaddlePaddle's name of these sizes, and what it trains
    config.ignores("arch", "return_idx", "freeze_norm", "freeze_at", "freeze_stem_only");
    config.ignores("lr_mult_list");
    return new HgNetV2(
        stem.get(1), stem.get(2), stages, config.flag("use_learnable_affine_block", false));
  }

  private static List<Stage> stages(JsonConfig config) {
    List<Integer> outs = config.integers("stage_out_channels", List.of(128, 512, 1024, 2048));
    List<Integer> widths = config.integers("stage_mid_channels", List.of(48, 96, 192, 384));
    List<Integer> blocks = config.integers("stage_num_blocks", List.of(1, 1, 3, 1));
    List<Integer> layers = config.integers("stage_numb_of_layers", List.of(6, 6, 6, 6));
    List<Integer> kernels = config.integers("stage_kernel_size", List.of(3, 3, 5, 5));
    List<Boolean> light = config.flags("stage_light_block", List.of(false, false, true, true));
    List<Stage> stages = new ArrayList<>();
    for (List<?> values : List.of(widths, blocks, layers, kernels, light)) {
      if (values.size() != outs.size()) {
        throw invalid("stage_out_channels", outs, "as many as all other lists of stages have");
      }
    }
    for (int i = 0; i < outs.size(); i++) {
      stages.add(
          new Stage(
              widths.get(i),
              outs.get(i),
              blocks.get(i),
              layers.get(i),
              kernels.get(i),
              light.get(i)));
    }
    return stages;
  }

  private static void requireChain(List<Integer> ins, List<Integer> stem, List<Integer> outs) {
    List<Integer> before = new ArrayList<>(List.of(stem.get(2)));
    before.addAll(outs.subList(0, outs.size() - 1));
    if (!ins.equals(before)) {
      throw invalid("stage_in_channels", ins, "what the stages before give, " + before);
    }
  }

  private static void requireStrides(JsonConfig config, int stages) {
    List<Boolean> down = config.flags("stage_downsample", List.of(false, true, true, true));
    List<Integer> strides = config.integers("stage_downsample_strides", List.of(2, 2, 2, 2));
    boolean usual =
        down.size() == stages
            && !down.get(0)
            && !down.subList(1, stages).contains(false)
            && strides.size() >= stages
            && strides.subList(1, stages).stream().allMatch(stride -> stride == 2);
    if (!usual) {
      throw invalid(
          "stage_downsample and stage_downsample_strides",
          down + ", " + strides,
          "false, then true with stride 2: maps have strides 4, 8, 16 and 32");
    }
  }

  /** The encoder reads the last maps. */
  private static void requireLast(JsonConfig config, int stages) {
    List<Integer> indices = config.integers("out_indices", List.of(stages));
    List<String> names = config.texts("out_features", List.of("stage" + stages));
    int last = indices.isEmpty() ? 0 : indices.get(indices.size() - 1);
    boolean endsSo = last == stages || last == -1;
    if (!endsSo || names.isEmpty() || !names.get(names.size() - 1).equals("stage" + stages)) {
      throw invalid("out_indices or out_features", indices + ", " + names, "up to the last stage");
    }
  }

  private static IllegalArgumentException invalid(String key, Object value, String rule) {
    return new IllegalArgumentException(
        "Invalid " + key + ": " + value + " (must be " + rule + ")");
  }

  @Override
  public Optional<Backbone> find(StateDict stateDict, int outputStride) {
    return stateDict.has(STEM + "1.conv.weight") ? Optional.of(read(stateDict)) : Optional.empty();
  }

  private static HgNetV2 read(StateDict stateDict) {
    List<Stage> stages = new ArrayList<>();
    int count = stateDict.count(STAGES);
    for (int i = 0; i < count; i++) {
      stages.add(stage(stateDict, STAGES + i + ".blocks."));
    }
    return new HgNetV2(
        stateDict.size(STEM + "1.conv.weight", 0),
        stateDict.size(STEM + "4.conv.weight", 0),
        stages,
        stateDict.has(STEM + "1.lab.scale"));
  }

  private static Stage stage(StateDict stateDict, String blocks) {
    String layers = blocks + "0.layers.";
    boolean light = stateDict.hasAny(layers + "0.conv2.");
    String layer = layers + (light ? "0.conv2.conv.weight" : "0.conv.weight");
    return new Stage(
        stateDict.size(layer, 0),
        stateDict.size(blocks + "0.aggregation.1.conv.weight", 0),
        stateDict.count(blocks),
        stateDict.count(layers),
        stateDict.size(layer, 2),
        light);
  }

  @Override
  public List<String> stateDictForms() {
    return List.of("HGNetV2 as D-FINE names it");
  }
}
