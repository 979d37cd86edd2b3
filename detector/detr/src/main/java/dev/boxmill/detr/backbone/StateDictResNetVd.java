package dev.boxmill.detr.backbone;

import dev.boxmill.detr.backbone.ResNetVd.Block;
import dev.boxmill.detr.statedict.StateDict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A ResNet-vd in a state dict of RT-DETR's authors. */
final class StateDictResNetVd {
  private static final String STEM = "backbone.conv1.conv1_3.conv.weight";
  private static final String STAGES = "backbone.res_layers.";

  private StateDictResNetVd() {}

  static Optional<Backbone> find(StateDict stateDict) {
    return stateDict.has(STEM) ? Optional.of(read(stateDict)) : Optional.empty();
  }

  private static ResNetVd read(StateDict stateDict) {
    boolean bottleneck = stateDict.hasAny(STAGES + "0.blocks.0.branch2c.");
    String last = bottleneck ? "branch2c" : "branch2b";
    List<Integer> widths = new ArrayList<>();
    List<Integer> depths = new ArrayList<>();
    for (int stage = 0; stage < stateDict.count(STAGES); stage++) {
      String blocks = STAGES + stage + ".blocks.";
      widths.add(stateDict.size(blocks + "0." + last + ".conv.weight", 0));
      depths.add(stateDict.count(blocks));
    }
    return new ResNetVd(
        bottleneck ? Block.BOTTLENECK : Block.BASIC, stateDict.size(STEM, 0), widths, depths);
  }
}
