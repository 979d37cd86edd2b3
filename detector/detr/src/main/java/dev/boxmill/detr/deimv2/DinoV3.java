package dev.boxmill.detr.deimv2;

import static dev.boxmill.detr.transformer.Transformer.requirePositive;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.backbone.ConvNorm;
import dev.boxmill.torchscript.Program;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * DEIMv2's backbone from S on, {@code dinov3.py} with its constants: a vision transformer with
 * rotated queries and keys (DINOv3, or one distilled from it), and convolutions for finer detail.
 * Its three maps have strides 8, 16 and 32.
 *
 * @param width channels of its tokens
 * @param heads of each layer's attention
 * @param inside channels inside the feed-forward networks
 * @param gated whether these are SwiGLUs
 * @param registers tokens that stand for nothing, beside the one for the whole image
 * @param layers in all; those behind the last map are not computed
 * @param taps how many layers lie before each of the three maps, fine to coarse, ascending
 * @param normed whether the last norm is applied to each map
 * @param eps of its LayerNorms
 * @param biased its linear layers that have a bias
 * @param ropeBase the longest period of the rotations, where the checkpoint holds no periods
 * @param detail channels behind the convolutions' stem
 * @param out channels of its maps
 * @param source whose code named the tensors
 */
public record DinoV3(
    int width,
    int heads,
    int inside,
    boolean gated,
    int registers,
    int layers,
    List<Integer> taps,
    boolean normed,
    double eps,
    Set<Layer> biased,
    double ropeBase,
    int detail,
    int out,
    Source source)
    implements Backbone {

  static final int PATCH = 16;

  /** Sides of images are multiples of it: its coarsest map's cells are so large. */
  static final int MULTIPLE = 32;

  private static final int MAPS = 3;

  /** The linear layers of a transformer's layer. */
  public enum Layer {
    QUERY,
    KEY,
    VALUE,
    OUT,
    FEED_FORWARD
  }

  /** Whose checkpoint it is, and what that holds beside the weights. */
  public enum Source {
    /** transformers: factors of the residual branches. */
    TRANSFORMERS(true, false, false),
    /** The authors', of a distilled transformer: periods of the rotations. */
    DISTILLED(false, true, false),
    /** The authors', of DINOv3 itself: all of these, and masks of the keys' bias. */
    DINO(true, true, true);

    final boolean scales;
    final boolean periods;
    final boolean masks;

    Source(boolean scales, boolean periods, boolean masks) {
      this.scales = scales;
      this.periods = periods;
      this.masks = masks;
    }
  }

  public DinoV3 {
    taps = List.copyOf(taps);
    biased = Set.copyOf(biased);
    requirePositive("hidden_size", width);
    requirePositive("num_attention_heads", heads);
    requirePositive("intermediate_size", inside);
    requirePositive("num_hidden_layers", layers);
    requirePositive("spatial_tuning_adapter_inplanes", detail);
    requirePositive("encoder_hidden_dim", out);
    if (width % (4 * heads) != 0) {
      throw new IllegalArgumentException(
          "Invalid hidden_size: %d (must be a multiple of 4 for each of %d heads)"
              .formatted(width, heads));
    }
    if (registers < 0) {
      throw new IllegalArgumentException(
          "Invalid num_register_tokens: " + registers + " (must be 0 or more)");
    }
    boolean ascending = taps.stream().sorted().distinct().toList().equals(taps);
    if (taps.size() != MAPS || !ascending || taps.get(0) < 1 || taps.get(MAPS - 1) > layers) {
      throw new IllegalArgumentException(
          "Invalid out_indices: %s (must be three of 1 to %d, ascending)".formatted(taps, layers));
    }
  }

  @Override
  public Program program() {
    return ConvNorm.folding()
        .and(Program.of(DinoV3.class, "dinov3.py"))
        .with(
            Map.of(
                "PATCH", PATCH,
                "VIT_HEADS", heads,
                "VIT_EPS", eps,
                "GATED_INSIDE", gated,
                "TAPS", taps,
                "TAPS_NORMED", normed,
                "SPARE", 1 + registers,
                "ROPE_BASE", ropeBase));
  }

  @Override
  public List<ExpectedTensor> tensors(List<String> prefixes) {
    return new DinoV3Tensors(this)
        .read().stream().map(tensor -> tensor.withPrefixes(prefixes)).toList();
  }

  @Override
  public Set<String> ignoredTensors(List<String> prefixes) {
    return new DinoV3Tensors(this).unread(prefixes);
  }

  @Override
  public List<Integer> widths() {
    return Collections.nCopies(MAPS, out);
  }

  @Override
  public List<Integer> featureStrides() {
    return List.of(8, 16, 32);
  }
}
