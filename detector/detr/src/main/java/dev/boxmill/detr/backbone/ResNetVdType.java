package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.PretrainedKeys;
import dev.boxmill.detr.backbone.ResNetVd.Block;
import dev.boxmill.detr.statedict.StateDict;
import java.util.List;
import java.util.Optional;

/** Transformers' ResNet-vd, RT-DETR's usual backbone. */
final class ResNetVdType implements BackboneType {

  @Override
  public List<String> modelTypes() {
    return List.of("rt_detr_resnet");
  }

  @Override
  public Backbone parse(JsonConfig config, boolean dilated) {
    BackboneType.requireUndilated(dilated);
    BackboneConfig.requireLastStage(config);
    PretrainedKeys.ignoreInBackbone(config);
    config.allows("model_type", "it is a ResNet-vd", "rt_detr_resnet");
    config.allows("num_channels", "images have three channels", 3);
    config.allows("hidden_act", "only one activation is built in", "relu");
    config.allows("downsample_in_first_stage", "strides must be 4, 8, 16 and 32", false);
    ResNetVd usual = ResNetVd.resnet50();
    return new ResNetVd(
        block(config),
        config.integer("embedding_size", usual.stemWidth()),
        config.integers("hidden_sizes", usual.widths()),
        config.integers("depths", usual.depths()));
  }

  private static Block block(JsonConfig config) {
    config.allows("layer_type", "there are two kinds of blocks", "basic", "bottleneck");
    boolean stridesFirst = config.flag("downsample_in_bottleneck", false);
    if (config.text("layer_type", "bottleneck").equals("basic")) {
      return Block.BASIC;
    }
    return stridesFirst ? Block.BOTTLENECK_STRIDING_FIRST : Block.BOTTLENECK;
  }

  @Override
  public Optional<Backbone> find(StateDict stateDict, int outputStride) {
    return StateDictResNetVd.find(stateDict);
  }

  @Override
  public List<String> stateDictForms() {
    return List.of("ResNet-vd as RT-DETR names it");
  }
}
