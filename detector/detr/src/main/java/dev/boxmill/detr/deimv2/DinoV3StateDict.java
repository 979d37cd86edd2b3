package dev.boxmill.detr.deimv2;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.detr.deimv2.DinoV3.Layer;
import dev.boxmill.detr.deimv2.DinoV3.Source;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.statedict.StateDict;
import java.util.EnumSet;
import java.util.List;

/**
 * DEIMv2's backbone from S on in a state dict of its authors. Which layers' results are read shows
 * in no tensor: it is as in the published networks, or the user says so.
 */
final class DinoV3StateDict {
  static final KeyMapping NAMES = KeyMapping.read(DinoV3StateDict.class, "dinov3.keys");

  private static final String DINO = "backbone.dinov3.";
  private static final String DISTILLED = DINO + "_model.";
  private static final String TAP = "tap-";
  private static final List<String> STRIDES = List.of("8", "16", "32");
  private static final int LAYERS = 12;
  private static final int CHANNELS_OF_HEAD = 64;

  private final StateDict checkpoint;
  private final Source source;
  private final String prefix;

  private DinoV3StateDict(StateDict checkpoint) {
    this.checkpoint = checkpoint;
    this.source = checkpoint.hasAny(DISTILLED) ? Source.DISTILLED : Source.DINO;
    this.prefix = source == Source.DISTILLED ? DISTILLED : DINO;
  }

  static boolean isIn(StateDict checkpoint) {
    return checkpoint.hasAny(DINO);
  }

  static DinoV3 read(StateDict checkpoint) {
    return new DinoV3StateDict(checkpoint).read();
  }

  private DinoV3 read() {
    boolean dino = source == Source.DINO;
    String inside = prefix + "blocks.0.mlp.";
    boolean gated = checkpoint.hasAny(inside + "w1.");
    String registers = DINO + "storage_tokens";
    int width = checkpoint.size(prefix + "cls_token", 2);
    int layers = checkpoint.count(prefix + "blocks.");
    if (layers != LAYERS && !STRIDES.stream().map(TAP::concat).allMatch(checkpoint::isSet)) {
      throw new CheckpointException(
          "Cannot use the checkpoint: its vision transformer has %d layers (must be %d, as in the"
                  .formatted(layers, LAYERS)
              + " published networks; of others, say how many lie before the maps of strides 8, 16 and"
              + " 32: --architecture deimv2:tap-8=4,tap-16=8,tap-32=12)");
    }
    return new DinoV3(
        width,
        checkpoint.setting("backbone-heads", Math.max(1, width / CHANNELS_OF_HEAD)),
        checkpoint.size(inside + (gated ? "w1" : "fc1") + ".weight", 0),
        gated,
        checkpoint.has(registers) ? checkpoint.size(registers, 1) : 0,
        layers,
        List.of(tap(0, dino ? 6 : 4), tap(1, dino ? 9 : 8), tap(2, LAYERS)),
        dino,
        dino ? 1e-5 : 1e-6,
        EnumSet.allOf(Layer.class),
        100,
        checkpoint.size("backbone.sta.stem.0.weight", 0),
        checkpoint.size("backbone.convs.0.weight", 0),
        source);
  }

  /** How many layers lie before a map. */
  private int tap(int map, int published) {
    return checkpoint.setting(TAP + STRIDES.get(map), published);
  }
}
