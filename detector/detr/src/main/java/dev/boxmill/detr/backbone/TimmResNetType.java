package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.PretrainedKeys;
import dev.boxmill.detr.backbone.ResNet.Block;
import dev.boxmill.detr.statedict.StateDict;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A ResNet of timm, by its name there. */
final class TimmResNetType implements BackboneType {
  private static final List<Integer> TIMM_WIDTHS = List.of(64, 128, 256, 512);
  private static final int TIMM_STEM_WIDTH = 64;
  private static final Map<String, List<Integer>> BASIC =
      Map.of("resnet18", List.of(2, 2, 2, 2), "resnet34", List.of(3, 4, 6, 3));
  private static final Map<String, List<Integer>> BOTTLENECK =
      Map.of(
          "resnet50", List.of(3, 4, 6, 3),
          "resnet101", List.of(3, 4, 23, 3),
          "resnet152", List.of(3, 8, 36, 3));

  @Override
  public List<String> modelTypes() {
    return List.of("timm_backbone");
  }

  @Override
  public Backbone parse(JsonConfig config, boolean dilated) {
    PretrainedKeys.ignoreInBackbone(config);
    config.allows("use_timm_backbone", "timm_backbone is one", true);
    config.allows("features_only", "feature maps are what a detector reads", true);
    config.allows("num_channels", "pictures have red, green and blue", 3);
    if (dilated) {
      // the library applied the top-level flag when it wrote this object
      config.integer("output_stride");
    }
    return parse(config, config, false);
  }

  /**
   * The ResNet that the key {@code backbone} names.
   *
   * @param arguments where timm's own arguments are
   */
  static ResNet parse(JsonConfig config, JsonConfig arguments, boolean dilated) {
    // the part behind a point is the origin of timm's weights
    String name = config.text("backbone", "resnet50").replaceFirst("\\..*", "");
    boolean basic = BASIC.containsKey(name);
    if (!basic && !BOTTLENECK.containsKey(name)) {
      throw new IllegalArgumentException(
          "Unknown backbone '"
              + name
              + "' (known: resnet18, resnet34, resnet50, resnet101, resnet152)");
    }
    arguments.allows("in_chans", "pictures have red, green and blue", 3);
    BackboneConfig.requireLastStage(arguments);
    int expansion = basic ? 1 : 4;
    List<Integer> channels = arguments.integers("channels", TIMM_WIDTHS);
    return new ResNet(
        TIMM_STEM_WIDTH,
        channels.stream().map(width -> width * expansion).toList(),
        arguments.integers("layers", (basic ? BASIC : BOTTLENECK).get(name)),
        basic ? Block.BASIC : Block.BOTTLENECK,
        arguments.integer("output_stride", dilated ? 16 : 32),
        ResNetNames.TIMM);
  }

  /** State dicts with timm's names are read as a ResNet's. */
  @Override
  public Optional<Backbone> find(StateDict stateDict, int outputStride) {
    return Optional.empty();
  }
}
