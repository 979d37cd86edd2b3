package dev.boxmill.detr.backbone;

import dev.boxmill.detr.backbone.SwinNames.SwinPart;
import dev.boxmill.detr.statedict.StateDict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A Swin among a checkpoint's tensors, named as its authors do behind a prefix. */
record StateDictSwin(StateDict checkpoint, String prefix) {
  private static final int STAGES = 4;
  private static final SwinNames NAMES = SwinNames.ORIGINAL;

  static Optional<StateDictSwin> find(StateDict checkpoint) {
    return Stream.of("backbone.0.", "backbone.")
        .filter(prefix -> checkpoint.has(prefix + NAMES.patches() + ".weight"))
        .map(prefix -> new StateDictSwin(checkpoint, prefix))
        .findFirst();
  }

  Swin read() {
    int width = checkpoint.size(prefix + NAMES.patches() + ".weight", 0);
    List<Integer> depths = new ArrayList<>();
    List<Integer> heads = new ArrayList<>();
    List<Boolean> normed = new ArrayList<>();
    for (int stage = 0; stage < STAGES; stage++) {
      depths.add(depth(stage));
      heads.add(checkpoint.size(name(stage, 0, SwinPart.POSITIONS), 1));
      normed.add(checkpoint.has(prefix + NAMES.norm(stage) + ".weight"));
    }
    double inside = checkpoint.size(name(0, 0, SwinPart.WIDEN) + ".weight", 0);
    return new Swin(width, depths, heads, window(), inside / width, "gelu", normed, NAMES);
  }

  /** The table has a row for each offset: 2 * window - 1 in either direction. */
  private int window() {
    int offsets = checkpoint.size(name(0, 0, SwinPart.POSITIONS), 0);
    return ((int) Math.rint(Math.sqrt(offsets)) + 1) / 2;
  }

  private int depth(int stage) {
    int depth = 1;
    while (checkpoint.has(name(stage, depth, SwinPart.POSITIONS))) {
      depth++;
    }
    return depth;
  }

  private String name(int stage, int index, SwinPart part) {
    return prefix + NAMES.block(stage, index, part);
  }
}
