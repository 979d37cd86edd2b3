package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.torchscript.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A ResNet-vd: a stem of three 3x3 convolutions, four stages with strides 4, 8, 16 and 32, and
 * shortcuts that pool before they project (He et al., "Bag of Tricks for Image Classification",
 * 2018; Hugging Face's {@code rt_detr_resnet}).
 *
 * @param block what the stages are made of
 * @param stemWidth channels behind the stem
 * @param widths channels behind each stage
 * @param depths blocks of each stage
 */
public record ResNetVd(Block block, int stemWidth, List<Integer> widths, List<Integer> depths)
    implements Backbone {

  private static final int STAGES = 4;

  /** What a stage is made of. */
  public enum Block {
    /** Two 3x3 convolutions; the first may stride. */
    BASIC(2),
    /** 1x1, 3x3, 1x1, a quarter as wide inside; the 3x3 may stride. */
    BOTTLENECK(3),
    /** The same, but the first 1x1 may stride. */
    BOTTLENECK_STRIDING_FIRST(3);

    private final int convolutions;

    Block(int convolutions) {
      this.convolutions = convolutions;
    }
  }

  /** What the first block of a stage adds to its convolutions' result. */
  private enum Shortcut {
    IDENTITY("identity", ""),
    CONV("conv", ".shortcut"),
    POOL("pool", ".shortcut.1");

    private final String text;
    private final String checkpointName;

    Shortcut(String text, String checkpointName) {
      this.text = text;
      this.checkpointName = checkpointName;
    }
  }

  public ResNetVd {
    widths = List.copyOf(widths);
    depths = List.copyOf(depths);
    if (widths.size() != STAGES || depths.size() != STAGES) {
      throw new IllegalArgumentException(
          "Invalid ResNet-vd stages: widths "
              + widths
              + ", depths "
              + depths
              + " (must be 4 each)");
    }
    if (IntStream.concat(widths.stream().mapToInt(w -> w), depths.stream().mapToInt(d -> d))
        .anyMatch(n -> n < 1)) {
      throw new IllegalArgumentException(
          "Invalid ResNet-vd stages: widths "
              + widths
              + ", depths "
              + depths
              + " (must be over 0)");
    }
    if (block == Block.BASIC && widths.get(0) != stemWidth) {
      throw new IllegalArgumentException(
          "Invalid ResNet-vd width of stage 1: "
              + widths.get(0)
              + " (must be the stem's, "
              + stemWidth
              + ", with basic blocks)");
    }
  }

  /** How RT-DETR's authors call its tensors, which are {@code model.backbone.model.…} here. */
  public static KeyMapping originalNames() {
    return KeyMapping.read(ResNetVd.class, "resnet_vd.keys");
  }

  /** ResNet-50-vd, which a config without {@code backbone_config} means. */
  public static ResNetVd resnet50() {
    return new ResNetVd(Block.BOTTLENECK, 64, List.of(256, 512, 1024, 2048), List.of(3, 4, 6, 3));
  }

  @Override
  public Program program() {
    return ConvNorm.folding()
        .and(Program.of(ResNetVd.class, "resnet_vd.py"))
        .with(
            Map.of(
                "DEPTHS",
                depths,
                "BOTTLENECK",
                block != Block.BASIC,
                "STRIDE_IN_FIRST_CONV",
                block == Block.BOTTLENECK_STRIDING_FIRST,
                "SHORTCUTS",
                IntStream.range(0, STAGES).mapToObj(stage -> shortcut(stage).text).toList()));
  }

  @Override
  public List<Integer> featureStrides() {
    return List.of(4, 8, 16, 32);
  }

  @Override
  public List<ExpectedTensor> tensors(List<String> prefixes) {
    return ConvNorm.tensors(convolutions(), prefixes);
  }

  @Override
  public Set<String> ignoredTensors(List<String> prefixes) {
    return ConvNorm.counters(convolutions(), prefixes);
  }

  private List<ConvNorm> convolutions() {
    List<ConvNorm> all = new ArrayList<>(stem());
    for (int stage = 0; stage < STAGES; stage++) {
      for (int block = 0; block < depths.get(stage); block++) {
        all.addAll(block(stage, block));
      }
    }
    return List.copyOf(all);
  }

  private List<ConvNorm> stem() {
    int half = stemWidth / 2;
    String name = "embedder.embedder.";
    return List.of(
        layer(name + 0, "backbone.stem.0", half, 3, 3),
        layer(name + 1, "backbone.stem.1", half, half, 3),
        layer(name + 2, "backbone.stem.2", stemWidth, half, 3));
  }

  private List<ConvNorm> block(int stage, int index) {
    String name = "encoder.stages." + stage + ".layers." + index;
    String program = "backbone." + stage + "." + index;
    int out = widths.get(stage);
    int in = index == 0 ? widthBefore(stage) : out;
    List<ConvNorm> layers = new ArrayList<>();
    for (int i = 0; i < block.convolutions; i++) {
      layers.add(blockLayer(name + ".layer." + i, program + "." + i, i, out, in));
    }
    if (index == 0 && shortcut(stage) != Shortcut.IDENTITY) {
      String shortcut = name + shortcut(stage).checkpointName;
      layers.add(layer(shortcut, program + ".shortcut", out, in, 1));
    }
    return layers;
  }

  private ConvNorm blockLayer(String name, String program, int position, int out, int in) {
    if (block == Block.BASIC) {
      return layer(name, program, out, position == 0 ? in : out, 3);
    }
    int inner = out / 4;
    return switch (position) {
      case 0 -> layer(name, program, inner, in, 1);
      case 1 -> layer(name, program, inner, inner, 3);
      default -> layer(name, program, out, inner, 1);
    };
  }

  /**
   * Basic blocks always project, and pool where the width changes; bottlenecks pool where they
   * stride, and project where anything changes.
   */
  private Shortcut shortcut(int stage) {
    boolean widens = widthBefore(stage) != widths.get(stage);
    if (block == Block.BASIC) {
      return widens ? Shortcut.POOL : Shortcut.CONV;
    }
    if (stage > 0) {
      return Shortcut.POOL;
    }
    return widens ? Shortcut.CONV : Shortcut.IDENTITY;
  }

  private int widthBefore(int stage) {
    return stage == 0 ? stemWidth : widths.get(stage - 1);
  }

  private static ConvNorm layer(String name, String program, int out, int in, int kernel) {
    return new ConvNorm(name + ".convolution", name + ".normalization", program, out, in, kernel);
  }
}
