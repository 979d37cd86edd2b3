package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.torchscript.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A ResNet whose bottlenecks stride in their 3x3 convolution ("v1.5"), as the backbone of a
 * detector: {@code resnet.py} with its constants and tensors.
 *
 * @param stemWidth channels behind the stem
 * @param widths channels of the four stages' feature maps, C2 to C5
 * @param depths blocks of the four stages
 * @param block kind of all blocks
 * @param outputStride input pixels per cell of C5: 32, or less where the last stages are dilated
 *     instead of strided (16 is "DC5")
 * @param names how the checkpoint names its tensors
 */
public record ResNet(
    int stemWidth,
    List<Integer> widths,
    List<Integer> depths,
    Block block,
    int outputStride,
    ResNetNames names)
    implements Backbone {

  private static final int STAGES = 4;

  /** Kinds of residual block. */
  public enum Block {
    /** Two 3x3 convolutions (ResNet-18 and 34). */
    BASIC,
    /** 1x1, 3x3, 1x1 with a quarter of the channels inside (ResNet-50 and up). */
    BOTTLENECK
  }

  public ResNet {
    widths = List.copyOf(widths);
    depths = List.copyOf(depths);
    requirePositive("widths", widths);
    requirePositive("depths", depths);
    requirePositive("stemWidth", List.of(stemWidth, 1, 1, 1));
    if (outputStride != 32 && outputStride != 16 && outputStride != 8) {
      throw new IllegalArgumentException(
          "Invalid output stride: " + outputStride + " (must be 8, 16 or 32)");
    }
    if (block == Block.BOTTLENECK && widths.stream().anyMatch(width -> width % 4 != 0)) {
      throw new IllegalArgumentException(
          "Invalid widths: " + widths + " (must be multiples of 4 for bottlenecks)");
    }
    for (int stage = 1; stage < STAGES; stage++) {
      if (stride(stage, outputStride) == 1 && widths.get(stage).equals(widths.get(stage - 1))) {
        throw new IllegalArgumentException(
            "Invalid widths: " + widths + " (must change where a stage is dilated)");
      }
    }
  }

  private static void requirePositive(String name, List<Integer> values) {
    if (values.size() != STAGES || values.stream().anyMatch(value -> value < 1)) {
      throw new IllegalArgumentException(
          "Invalid " + name + ": " + values + " (must be four positive numbers)");
    }
  }

  @Override
  public Program program() {
    return ConvNorm.folding()
        .and(Program.of(ResNet.class, "resnet.py"))
        .with(
            Map.of(
                "DEPTHS",
                depths,
                "BOTTLENECK",
                block == Block.BOTTLENECK,
                "STRIDES",
                List.of(1, stride(1), stride(2), stride(3)),
                "DILATIONS",
                List.of(1, dilation(1), dilation(2), dilation(3))));
  }

  @Override
  public List<Integer> featureStrides() {
    return List.of(
        4, Math.min(8, outputStride), Math.min(16, outputStride), Math.min(32, outputStride));
  }

  @Override
  public List<ExpectedTensor> tensors(List<String> prefixes) {
    return ConvNorm.tensors(convolutions(), prefixes);
  }

  /** Training counters of the batch normalizations. */
  @Override
  public Set<String> ignoredTensors(List<String> prefixes) {
    return ConvNorm.counters(convolutions(), prefixes);
  }

  /** Stem and first stage, as DETR's authors and their successors have it. */
  @Override
  public Set<String> neverTrained() {
    return Set.of("backbone.stem.", "backbone.0.");
  }

  private List<ConvNorm> convolutions() {
    List<ConvNorm> all = new ArrayList<>();
    all.add(convNorm(names.stem(), "backbone.stem", stemWidth, 3, 7));
    int in = stemWidth;
    for (int stage = 0; stage < STAGES; stage++) {
      for (int index = 0; index < depths.get(stage); index++) {
        all.addAll(block(stage, index, in));
        in = widths.get(stage);
      }
    }
    return all;
  }

  private List<ConvNorm> block(int stage, int index, int in) {
    int out = widths.get(stage);
    int inside = block == Block.BOTTLENECK ? out / 4 : out;
    List<ConvNorm> all = new ArrayList<>();
    if (block == Block.BOTTLENECK) {
      all.add(convolution(stage, index, 0, inside, in, 1));
      all.add(convolution(stage, index, 1, inside, inside, 3));
      all.add(convolution(stage, index, 2, out, inside, 1));
    } else {
      all.add(convolution(stage, index, 0, out, in, 3));
      all.add(convolution(stage, index, 1, out, out, 3));
    }
    if (index == 0 && (in != out || stride(stage) != 1)) {
      String name = "backbone." + stage + "." + index + ".shortcut";
      all.add(convNorm(names.shortcut(stage, index), name, out, in, 1));
    }
    return all;
  }

  private ConvNorm convolution(int stage, int index, int position, int out, int in, int size) {
    String name = "backbone." + stage + "." + index + ".conv" + (position + 1);
    return convNorm(names.convolution(stage, index, position), name, out, in, size);
  }

  private static ConvNorm convNorm(ResNetNames.Part part, String name, int out, int in, int size) {
    return new ConvNorm(part.convolution(), part.normalization(), name, out, in, size);
  }

  private int stride(int stage) {
    return stride(stage, outputStride);
  }

  private static int stride(int stage, int outputStride) {
    return stage > 0 && (4 << stage) <= outputStride ? 2 : 1;
  }

  /** A stage that does not stride has twice the dilation of the stage before. */
  private int dilation(int stage) {
    return Math.max(1, (4 << stage) / outputStride);
  }
}
