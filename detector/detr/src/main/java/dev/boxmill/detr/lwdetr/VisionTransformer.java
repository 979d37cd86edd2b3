package dev.boxmill.detr.lwdetr;

import static dev.boxmill.detr.transformer.Transformer.requirePositive;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * A plain vision transformer as a detector's backbone: {@code vision_transformer.py} with its
 * constants. All its maps have one resolution, that of its patches.
 *
 * @param width channels of its tokens
 * @param heads of each layer's attention
 * @param inside channels inside the feed-forward networks
 * @param activation of the feed-forward networks, as {@code transformer.py} calls it
 * @param eps of its LayerNorms
 * @param patch side of a patch in pixels
 * @param windows along either axis of the image
 * @param positions in the table of learned ones, the whole image's with them
 * @param global for each layer, whether it attends across windows
 * @param taps how many layers lie before each map that others read, ascending
 */
public record VisionTransformer(
    int width,
    int heads,
    int inside,
    String activation,
    double eps,
    int patch,
    int windows,
    int positions,
    List<Boolean> global,
    List<Integer> taps) {

  private static final int FEATURES = 4;

  public VisionTransformer {
    global = List.copyOf(global);
    taps = List.copyOf(taps);
    requirePositive("hidden_size", width);
    requirePositive("num_attention_heads", heads);
    requirePositive("mlp_ratio", inside);
    requirePositive("patch_size", patch);
    requirePositive("num_windows", windows);
    requirePositive("num_hidden_layers", global.size());
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          "Invalid num_attention_heads: " + heads + " (must divide hidden_size, " + width + ")");
    }
    int side = (int) Math.round(Math.sqrt(positions - 1));
    if (positions < 2 || side * side != positions - 1) {
      throw new IllegalArgumentException(
          "Invalid number of positions: " + positions + " (must be a square, and one)");
    }
    int layers = global.size();
    if (taps.isEmpty() || taps.stream().anyMatch(tap -> tap < 1 || tap > layers)) {
      throw new IllegalArgumentException(
          "Invalid out_indices: " + taps + " (must be some of 1 to " + layers + ")");
    }
    if (!taps.stream().sorted().distinct().toList().equals(taps)) {
      throw new IllegalArgumentException("Invalid out_indices: " + taps + " (must ascend)");
    }
  }

  int layers() {
    return global.size();
  }

  /** Values of the constants that the program's files name. */
  public Map<String, Object> constants() {
    return Map.of(
        "PATCH", patch,
        "WINDOWS", windows,
        "GLOBAL", global,
        "VIT_HEADS", heads,
        "VIT_ACTIVATION", activation,
        "VIT_EPS", eps,
        "TAPS", taps);
  }

  /** Pixels that the sides of images must be multiples of, so that windows have whole patches. */
  public int multiple() {
    return patch * windows;
  }

  /** Channels of the four maps that stand in for a pyramid. */
  public List<Integer> featureChannels() {
    return Collections.nCopies(FEATURES, width);
  }

  /** Pixels per cell of the four maps that stand in for a pyramid. */
  public List<Integer> featureStrides() {
    return Collections.nCopies(FEATURES, patch);
  }
}
