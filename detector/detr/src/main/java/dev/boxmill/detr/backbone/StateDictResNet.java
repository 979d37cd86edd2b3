package dev.boxmill.detr.backbone;

import dev.boxmill.detr.backbone.ResNet.Block;
import dev.boxmill.detr.statedict.StateDict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A ResNet among a checkpoint's tensors, its names behind a prefix. */
record StateDictResNet(StateDict checkpoint, String prefix, ResNetNames names) {
  private static final int STAGES = 4;

  static Optional<StateDictResNet> find(StateDict checkpoint) {
    StateDictResNet torchvision =
        new StateDictResNet(checkpoint, "backbone.0.body.", ResNetNames.TIMM);
    // detrex' dilated networks
    StateDictResNet wrapped = new StateDictResNet(checkpoint, "backbone.body.", ResNetNames.TIMM);
    StateDictResNet mmdetection = new StateDictResNet(checkpoint, "backbone.", ResNetNames.TIMM);
    StateDictResNet detectron2 =
        new StateDictResNet(checkpoint, "backbone.", ResNetNames.DETECTRON2);
    return Stream.of(torchvision, wrapped, mmdetection, detectron2)
        .filter(StateDictResNet::isThere)
        .findFirst();
  }

  private boolean isThere() {
    return checkpoint.has(weight(names.stem()));
  }

  ResNet read(int outputStride) {
    boolean bottleneck = checkpoint.has(weight(names.convolution(0, 0, 2)));
    int last = bottleneck ? 2 : 1;
    List<Integer> widths = new ArrayList<>();
    List<Integer> depths = new ArrayList<>();
    for (int stage = 0; stage < STAGES; stage++) {
      widths.add(checkpoint.size(weight(names.convolution(stage, 0, last)), 0));
      depths.add(depth(stage));
    }
    int stem = checkpoint.size(weight(names.stem()), 0);
    Block block = bottleneck ? Block.BOTTLENECK : Block.BASIC;
    return new ResNet(stem, widths, depths, block, outputStride, names);
  }

  private int depth(int stage) {
    int depth = 1;
    while (checkpoint.has(weight(names.convolution(stage, depth, 0)))) {
      depth++;
    }
    return depth;
  }

  private String weight(ResNetNames.Part part) {
    return prefix + part.convolution() + ".weight";
  }
}
