package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.statedict.StateDict;
import java.util.List;
import java.util.stream.Collectors;

/** The registry of all backbones. */
public final class Backbones {
  private static final List<BackboneType> TYPES =
      List.of(
          new ResNetType(),
          new TimmResNetType(),
          new SwinType(),
          new ResNetVdType(),
          new HgNetV2Type());

  /** Every published prefix of a backbone's keys in a state dict. */
  public static final KeyMapping KEYS =
      KeyMapping.parse(
          """
          model.backbone.conv_encoder.model.  backbone.0.body.
          model.backbone.conv_encoder.model.  backbone.0.
          model.backbone.conv_encoder.model.  backbone.body.
          model.backbone.conv_encoder.model.  backbone.
          """);

  private Backbones() {}

  /**
   * The backbone that a {@code backbone_config} describes.
   *
   * @param name of its type
   * @param dilated whether the detector's configuration asks for a dilated last stage
   * @throws IllegalArgumentException if it is an unknown one, or a setting is not supported
   */
  static Backbone parse(JsonConfig config, String name, boolean dilated) {
    return TYPES.stream()
        .filter(type -> type.modelTypes().contains(name))
        .findFirst()
        .orElseThrow(() -> unknown(name))
        .parse(config, dilated);
  }

  private static IllegalArgumentException unknown(String name) {
    String known =
        TYPES.stream()
            .flatMap(type -> type.modelTypes().stream())
            .sorted()
            .collect(Collectors.joining(", "));
    return new IllegalArgumentException(
        "Unknown backbone model_type '" + name + "' (known: " + known + ")");
  }

  /**
   * Whether the last stage of a state dict's backbone may be dilated; no tensor's shape depends on
   * it.
   */
  public static boolean mayBeDilated(StateDict stateDict) {
    return TYPES.stream()
        .anyMatch(type -> type.isDilatable() && type.find(stateDict, 32).isPresent());
  }

  /**
   * The backbone of a state dict.
   *
   * @param outputStride input pixels per cell of C5, 32, or 16 for a dilated last stage
   * @throws CheckpointException if there is none
   */
  public static Backbone find(StateDict stateDict, int outputStride) {
    return TYPES.stream()
        .flatMap(type -> type.find(stateDict, outputStride).stream())
        .findFirst()
        .orElseThrow(Backbones::notFound);
  }

  private static CheckpointException notFound() {
    String known =
        TYPES.stream()
            .flatMap(type -> type.stateDictForms().stream())
            .collect(Collectors.joining(", "));
    return new CheckpointException(
        "Cannot find the backbone among the checkpoint's tensors (known: " + known + ")");
  }
}
