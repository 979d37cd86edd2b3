package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.statedict.StateDict;
import java.util.List;
import java.util.Optional;

/** A kind of backbone: the configurations and state dicts that have it, and how they are read. */
interface BackboneType {

  /** The values of {@code model_type} in a {@code backbone_config}. */
  List<String> modelTypes();

  /**
   * Reads a {@code backbone_config}.
   *
   * @param dilated whether the detector's configuration asks for a dilated last stage
   * @throws IllegalArgumentException if a setting is not supported
   */
  Backbone parse(JsonConfig config, boolean dilated);

  /**
   * The backbone of a state dict, or empty if that has another one.
   *
   * @param outputStride input pixels per cell of C5, 32, or 16 for a dilated last stage
   */
  Optional<Backbone> find(StateDict stateDict, int outputStride);

  /** How messages name its forms in state dicts: "ResNet as torchvision names it". */
  default List<String> stateDictForms() {
    return List.of();
  }

  /** Whether its last stage may be dilated. */
  default boolean isDilatable() {
    return false;
  }

  /**
   * Fails where a dilated stage is asked for.
   *
   * @throws IllegalArgumentException saying so
   */
  static void requireUndilated(boolean dilated) {
    if (dilated) {
      throw new IllegalArgumentException(
          "Invalid dilation: true (must be false unless the backbone is timm's, since the library"
              + " passes over it)");
    }
  }
}
