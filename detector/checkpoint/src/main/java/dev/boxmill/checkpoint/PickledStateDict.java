package dev.boxmill.checkpoint;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Finds a network's tensors among what a script saved with them. */
final class PickledStateDict {

  /** What becomes of the names that a wrapper around the network put before all others. */
  enum Names {
    /** They stay. */
    AS_SAVED,
    /** They are taken off. */
    UNWRAPPED
  }

  /**
   * Under which keys scripts keep the state dict, the best first: averaged weights are those that
   * authors evaluate with.
   */
  private static final List<String> KEYS =
      List.of(
          "ema",
          "ema_model",
          "model_ema",
          "ema_state_dict",
          "state_dict_ema",
          "ema_state",
          "ema_weights",
          "shadow",
          "model",
          "state_dict",
          "model_state_dict",
          "model_state",
          "module",
          "net",
          "network",
          "params",
          "weights");

  /** What wrappers put before the names of a network's tensors, the best first. */
  private static final List<String> WRAPPERS =
      List.of(
          "ema.",
          "ema_model.",
          "model_ema.",
          "module.",
          "_orig_mod.",
          "model.",
          "net.",
          "network.",
          "detector.");

  /** Beginnings of names that belong to training: losses, and how often weights were averaged. */
  private static final List<String> TRAINING =
      List.of("criterion.", "loss.", "loss_fn.", "matcher.", "metric", "n_averaged");

  private static final int MOST_LEVELS = 4;

  private final Path path;

  private PickledStateDict(Path path) {
    this.path = path;
  }

  /**
   * The tensors, by name.
   *
   * @param root what the file's pickle holds
   * @throws CheckpointException if there are none, or others than tensors among them
   */
  static Map<String, PickledTensor> in(Path path, Object root, Names names) {
    PickledStateDict reader = new PickledStateDict(path);
    Map<String, PickledTensor> tensors = reader.tensors(reader.dictionary(root));
    for (int level = 0; names == Names.UNWRAPPED && level < MOST_LEVELS; level++) {
      tensors = unwrapped(tensors);
    }
    return tensors;
  }

  private Map<?, ?> dictionary(Object root) {
    if (root instanceof PickledObject) {
      throw refusal(path, "it holds a whole object, no dictionary of tensors");
    }
    if (!(root instanceof Map<?, ?> map)) {
      throw refusal(path, "it holds no dictionary");
    }
    for (int level = 0; level < MOST_LEVELS; level++) {
      Optional<Map<?, ?>> inside = inside(map);
      if (inside.isEmpty()) {
        return map;
      }
      map = inside.get();
    }
    return map;
  }

  private static Optional<Map<?, ?>> inside(Map<?, ?> map) {
    for (String key : KEYS) {
      if (map.get(key) instanceof Map<?, ?> nested && holdsTensors(nested, MOST_LEVELS)) {
        return Optional.of(nested);
      }
    }
    return Optional.empty();
  }

  private static boolean holdsTensors(Map<?, ?> map, int levels) {
    if (map.values().stream().anyMatch(PickledTensor.class::isInstance)) {
      return true;
    }
    return levels > 0
        && KEYS.stream()
            .anyMatch(
                key ->
                    map.get(key) instanceof Map<?, ?> nested && holdsTensors(nested, levels - 1));
  }

  private Map<String, PickledTensor> tensors(Map<?, ?> map) {
    Map<String, PickledTensor> tensors = new LinkedHashMap<>();
    map.forEach(
        (key, value) -> {
          if (!(key instanceof String name)) {
            throw refusal(path, "its state dict has a key that is no text");
          }
          if (!(value instanceof PickledTensor tensor)) {
            throw refusal(path, "its entry " + MessageText.name(name) + " is no tensor");
          }
          tensors.put(name, tensor);
        });
    if (tensors.isEmpty()) {
      throw refusal(path, "it holds no tensors");
    }
    return tensors;
  }

  /** One wrapper less, where every name has one. */
  private static Map<String, PickledTensor> unwrapped(Map<String, PickledTensor> tensors) {
    TreeSet<String> found = new TreeSet<>();
    for (String name : tensors.keySet()) {
      Optional<String> wrapper = WRAPPERS.stream().filter(name::startsWith).findFirst();
      if (wrapper.isEmpty() && TRAINING.stream().noneMatch(name::startsWith)) {
        return tensors;
      }
      wrapper.ifPresent(found::add);
    }
    Optional<String> best = WRAPPERS.stream().filter(found::contains).findFirst();
    return best.map(wrapper -> behind(wrapper, tensors)).orElse(tensors);
  }

  private static Map<String, PickledTensor> behind(
      String wrapper, Map<String, PickledTensor> tensors) {
    Map<String, PickledTensor> behind = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith(wrapper)) {
            behind.put(name.substring(wrapper.length()), tensor);
          }
        });
    return behind;
  }

  static CheckpointException refusal(Path path, String reason) {
    return new CheckpointException(
        "Cannot read " + path + ": " + reason + " (give a state dict that torch.save wrote)");
  }
}
