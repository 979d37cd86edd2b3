package dev.boxmill.detr.architecture;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.detr.statedict.StateDict;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds the format of a checkpoint that has no configuration. */
public final class StateDictFormats {
  private StateDictFormats() {}

  /**
   * The network of a checkpoint.
   *
   * @param choice {@code NAME[:key=value,…]}, or empty where the tensors decide
   * @param known all formats
   * @throws CheckpointException if the tensors are no known network's, or several's, or not the
   *     chosen one's
   */
  public static Architecture recognize(
      Checkpoint checkpoint, String choice, List<StateDictFormat> known) {
    String[] parts = choice.split(":", 2);
    StateDict stateDict = new StateDict(checkpoint, settings(parts));
    List<StateDictFormat> fitting =
        known.stream().filter(format -> format.fits(stateDict)).toList();
    if (fitting.isEmpty()) {
      throw new CheckpointException(
          "Cannot use checkpoint %s: its tensor names are those of no known network (known: %s; %s)"
              .formatted(
                  checkpoint.location(),
                  names(known),
                  "a Hugging Face checkpoint is a directory with config.json"));
    }
    StateDictFormat format =
        parts[0].isEmpty() ? only(checkpoint, fitting) : named(parts[0], fitting, known);
    try {
      Architecture architecture = format.architecture(stateDict);
      stateDict.finish();
      return architecture;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          "Cannot use checkpoint " + checkpoint.location() + ": " + e.getMessage(), e);
    }
  }

  private static StateDictFormat only(Checkpoint checkpoint, List<StateDictFormat> fitting) {
    if (fitting.size() > 1) {
      throw new CheckpointException(
          "Cannot choose the network of %s: its tensors may be those of %s (say which: --architecture)"
              .formatted(checkpoint.location(), names(fitting).replace(", ", " or ")));
    }
    return fitting.get(0);
  }

  private static StateDictFormat named(
      String name, List<StateDictFormat> fitting, List<StateDictFormat> known) {
    if (known.stream().noneMatch(format -> format.name().equals(name))) {
      throw new CheckpointException(
          "Unknown architecture '" + name + "' (known: " + names(known) + ")");
    }
    return fitting.stream()
        .filter(format -> format.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new CheckpointException(
                    "Invalid --architecture: " + name + " (must be " + fits(fitting) + ")"));
  }

  private static String fits(List<StateDictFormat> fitting) {
    return names(fitting).replace(", ", " or ") + ": so the checkpoint's tensor names say";
  }

  private static String names(List<StateDictFormat> formats) {
    return String.join(", ", new TreeSet<>(formats.stream().map(StateDictFormat::name).toList()));
  }

  private static Map<String, String> settings(String[] parts) {
    Map<String, String> settings = new TreeMap<>();
    for (String pair : parts.length < 2 ? new String[0] : parts[1].split(",")) {
      String[] sides = pair.split("=", 2);
      if (sides.length != 2 || settings.put(sides[0], sides[1]) != null) {
        throw new CheckpointException(
            "Invalid --architecture: " + String.join(":", parts) + " (must be NAME[:key=value,…])");
      }
    }
    return settings;
  }
}
