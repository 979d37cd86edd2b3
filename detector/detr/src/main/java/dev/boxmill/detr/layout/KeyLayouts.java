package dev.boxmill.detr.layout;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.detr.Architecture;
import dev.boxmill.detr.conditional.ConditionalLayout;
import dev.boxmill.detr.dab.DabLayout;
import dev.boxmill.detr.deformable.DeformableDetrLayout;
import dev.boxmill.detr.detr.DetrLayout;
import dev.boxmill.detr.dino.DinoLayout;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** All layouts that are known, and the choice among them. */
public final class KeyLayouts {
  private static final List<KeyLayout> KNOWN =
      Stream.of(
              DetrLayout.all(),
              ConditionalLayout.all(),
              DabLayout.all(),
              DeformableDetrLayout.all(),
              DinoLayout.all())
          .flatMap(List::stream)
          .toList();

  private KeyLayouts() {}

  /**
   * The network of a checkpoint.
   *
   * @param choice {@code NAME[:key=value,…]}, or empty where the tensors are to tell
   * @throws CheckpointException if they are no known network's, or several's, or not the chosen
   *     one's
   */
  public static Architecture recognise(Checkpoint checkpoint, String choice) {
    return recognise(checkpoint, choice, KNOWN);
  }

  static Architecture recognise(Checkpoint checkpoint, String choice, List<KeyLayout> known) {
    String[] parts = choice.split(":", 2);
    BareCheckpoint bare = new BareCheckpoint(checkpoint, settings(parts));
    List<KeyLayout> fitting = known.stream().filter(layout -> layout.fits(bare)).toList();
    if (fitting.isEmpty()) {
      throw new CheckpointException(
          "Cannot use checkpoint %s: its tensor names are those of no known network (known: %s; %s)"
              .formatted(
                  checkpoint.location(),
                  names(known),
                  "a Hugging Face checkpoint is a directory with config.json"));
    }
    KeyLayout layout =
        parts[0].isEmpty() ? only(checkpoint, fitting) : named(parts[0], fitting, known);
    try {
      Architecture architecture = layout.architecture(bare);
      bare.finish();
      return architecture;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          "Cannot use checkpoint " + checkpoint.location() + ": " + e.getMessage(), e);
    }
  }

  private static KeyLayout only(Checkpoint checkpoint, List<KeyLayout> fitting) {
    if (fitting.size() > 1) {
      throw new CheckpointException(
          "Cannot tell the network of %s: its tensors may be those of %s (say which: --architecture)"
              .formatted(checkpoint.location(), names(fitting).replace(", ", " or ")));
    }
    return fitting.get(0);
  }

  private static KeyLayout named(String name, List<KeyLayout> fitting, List<KeyLayout> known) {
    if (known.stream().noneMatch(layout -> layout.name().equals(name))) {
      throw new CheckpointException(
          "Unknown architecture '" + name + "' (known: " + names(known) + ")");
    }
    return fitting.stream()
        .filter(layout -> layout.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new CheckpointException(
                    "Invalid --architecture: " + name + " (must be " + fits(fitting) + ")"));
  }

  private static String fits(List<KeyLayout> fitting) {
    return names(fitting).replace(", ", " or ") + ": so the checkpoint's tensor names say";
  }

  private static String names(List<KeyLayout> layouts) {
    return String.join(", ", new TreeSet<>(layouts.stream().map(KeyLayout::name).toList()));
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
