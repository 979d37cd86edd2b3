package dev.boxmill.detr.statedict;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.CheckpointException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Names and shapes of a checkpoint without a configuration, from which the configuration is read,
 * and the settings that a user gave for what no shape depends on.
 */
public final class StateDict {
  private final Checkpoint checkpoint;
  private final Map<String, String> settings;
  private final TreeSet<String> asked = new TreeSet<>();

  public StateDict(Checkpoint checkpoint, Map<String, String> settings) {
    this.checkpoint = checkpoint;
    this.settings = Map.copyOf(settings);
  }

  /** Whether there is a tensor of that name. */
  public boolean has(String name) {
    return checkpoint.names().contains(name);
  }

  /** Whether there is a tensor whose name begins so. */
  public boolean hasAny(String prefix) {
    return checkpoint.names().stream().anyMatch(name -> name.startsWith(prefix));
  }

  /** The names of all tensors whose whole name the pattern describes. */
  public Set<String> named(Pattern pattern) {
    return checkpoint.names().stream()
        .filter(pattern.asMatchPredicate())
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * A tensor's shape.
   *
   * @throws CheckpointException if there is none of that name
   */
  public List<Long> shape(String name) {
    return checkpoint.tensor(name).shape();
  }

  /**
   * One of a tensor's sizes.
   *
   * @param dimension from 0, the outermost
   * @throws CheckpointException if there is no such tensor, or it has fewer dimensions
   */
  public int size(String name, int dimension) {
    List<Long> shape = shape(name);
    if (dimension >= shape.size()) {
      throw new CheckpointException(
          "Cannot use checkpoint %s: %s has shape %s (must have %d dimensions at least)"
              .formatted(checkpoint.location(), name, shape, dimension + 1));
    }
    return Math.toIntExact(shape.get(dimension));
  }

  /**
   * A tensor's values, where its shape doesn't say enough.
   *
   * @throws CheckpointException if there is none of that name, or it holds no numbers
   */
  public FloatBuffer values(String name) {
    return checkpoint.tensor(name).values();
  }

  /** How many layers there are: numbers n from 0 on with a tensor {@code prefix + n + "."…}. */
  public int count(String prefix) {
    int count = 0;
    while (hasAny(prefix + count + ".")) {
      count++;
    }
    return count;
  }

  /**
   * A whole number that no shape depends on.
   *
   * @param fallback what published checkpoints of this format have
   * @throws CheckpointException if the user gave something else for it
   */
  public int setting(String name, int fallback) {
    asked.add(name);
    String text = settings.getOrDefault(name, String.valueOf(fallback));
    try {
      int value = Integer.parseInt(text);
      if (value > 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new CheckpointException(invalid(name, text), e);
    }
    throw new CheckpointException(invalid(name, text));
  }

  /** Whether the user gave something for it. */
  public boolean isSet(String name) {
    asked.add(name);
    return settings.containsKey(name);
  }

  private static String invalid(String name, String text) {
    return "Invalid --architecture: " + name + "=" + text + " (must be a whole number over 0)";
  }

  /** Refuses settings that were not asked for. */
  public void finish() {
    for (String name : settings.keySet()) {
      if (!asked.contains(name)) {
        throw new CheckpointException(
            "Unknown setting '"
                + name
                + "' of --architecture (known: "
                + String.join(", ", asked)
                + ")");
      }
    }
  }
}
