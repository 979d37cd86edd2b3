package dev.boxmill.detr.lwdetr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.PretrainedKeys;
import java.util.List;
import java.util.stream.IntStream;

/** Reads what the vision transformers' {@code backbone_config} have in common. */
public final class VisionTransformerConfig {
  private static final String STAGE = "stage";

  private VisionTransformerConfig() {}

  /**
   * Passes over what every model's configuration holds, and holds this one to its kind.
   *
   * @param modelType that it must be
   */
  public static void begin(JsonConfig config, String modelType) {
    PretrainedKeys.ignoreInBackbone(config);
    config.allows("model_type", "the network has one kind of backbone", modelType);
    config.allows("num_channels", "pictures have red, green and blue", 3);
  }

  /** A key whose value is one number, or a list of two that are equal. */
  public static int side(JsonConfig config, String key, int fallback) {
    if (!config.has(key) || config.isNumber(key)) {
      return config.integer(key, fallback);
    }
    List<Integer> sides = config.integers(key);
    if (sides.size() != 2 || !sides.get(0).equals(sides.get(1))) {
      throw new IllegalArgumentException(
          "Invalid " + key + ": " + sides + " (must be one number, or the same twice)");
    }
    return sides.get(0);
  }

  /** The activation of the feed-forward networks. */
  public static String activation(JsonConfig config) {
    config.allows("hidden_act", "three activations are built in", "gelu", "relu", "silu");
    return config.text("hidden_act", "gelu");
  }

  /**
   * How many layers lie before each map: {@code out_features} or {@code out_indices}, where the
   * library counts what goes into the first layer as 0; behind the last layer if there is neither.
   */
  public static List<Integer> taps(JsonConfig config, int layers) {
    List<Integer> named =
        config.texts("out_features", List.of()).stream().map(name -> number(name, layers)).toList();
    List<Integer> indices =
        config.integers("out_indices", named.isEmpty() ? List.of(layers) : named).stream()
            .map(index -> index < 0 ? index + layers + 1 : index)
            .toList();
    if (!named.isEmpty() && !named.equals(indices)) {
      throw new CheckpointException(
          "Invalid out_indices in %s: %s (must be those of out_features, %s)"
              .formatted(config.file(), indices, named));
    }
    return indices;
  }

  private static int number(String name, int layers) {
    return IntStream.rangeClosed(1, layers)
        .filter(layer -> name.equals(STAGE + layer))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Unknown out_features '%s' (known: stage1 to stage%d)"
                        .formatted(name, layers)));
  }

  /** For each layer, whether it is none of the windowed ones. */
  public static List<Boolean> global(int layers, List<Integer> windowed) {
    return IntStream.range(0, layers).mapToObj(layer -> !windowed.contains(layer)).toList();
  }
}
