package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.PretrainedKeys;
import dev.boxmill.detr.backbone.ResNet.Block;
import dev.boxmill.detr.statedict.StateDict;
import java.util.List;
import java.util.Optional;

/** Transformers' own ResNet, and the ResNets of other code bases' state dicts. */
final class ResNetType implements BackboneType {

  @Override
  public List<String> modelTypes() {
    return List.of("resnet");
  }

  @Override
  public Backbone parse(JsonConfig config, boolean dilated) {
    BackboneType.requireUndilated(dilated);
    PretrainedKeys.ignoreInBackbone(config);
    config.allows("model_type", "it is a ResNet", "resnet");
    config.allows("num_channels", "pictures have red, green and blue", 3);
    config.allows("hidden_act", "its blocks end in a fused ReLU", "relu");
    config.allows("downsample_in_first_stage", "C2 must have stride 4", false);
    config.allows("downsample_in_bottleneck", "bottlenecks stride in their 3x3", false);
    BackboneConfig.requireLastStage(config);
    return new ResNet(
        config.integer("embedding_size", 64),
        config.integers("hidden_sizes", List.of(256, 512, 1024, 2048)),
        config.integers("depths", List.of(3, 4, 6, 3)),
        block(config.text("layer_type", "bottleneck")),
        32,
        ResNetNames.HUGGING_FACE);
  }

  private static Block block(String layerType) {
    return switch (layerType) {
      case "basic" -> Block.BASIC;
      case "bottleneck" -> Block.BOTTLENECK;
      default ->
          throw new IllegalArgumentException(
              "Unknown layer_type '" + layerType + "' (known: basic, bottleneck)");
    };
  }

  @Override
  public Optional<Backbone> find(StateDict stateDict, int outputStride) {
    return StateDictResNet.find(stateDict).map(resnet -> resnet.read(outputStride));
  }

  @Override
  public List<String> stateDictForms() {
    return List.of("ResNet as torchvision names it", "ResNet as detectron2 names it");
  }

  @Override
  public boolean isDilatable() {
    return true;
  }
}
