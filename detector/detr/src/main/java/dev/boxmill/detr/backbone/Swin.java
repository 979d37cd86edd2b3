package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.ExpectedTensor.Part;
import dev.boxmill.detr.backbone.SwinNames.SwinPart;
import dev.boxmill.torchscript.Program;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A Swin Transformer as the backbone of a detector: {@code swin.py} with its constants and tensors.
 *
 * @param width channels of the first stage; each next has twice as many
 * @param depths blocks of the four stages
 * @param heads of each stage's attention
 * @param window side of a window, in cells
 * @param mlpRatio channels inside a block's feed-forward network by those outside
 * @param activation of the feed-forward networks, as {@code transformer.py} calls it
 * @param normed for each stage, whether the checkpoint has a LayerNorm for its map
 * @param names how the checkpoint names its tensors
 */
public record Swin(
    int width,
    List<Integer> depths,
    List<Integer> heads,
    int window,
    double mlpRatio,
    String activation,
    List<Boolean> normed,
    SwinNames names)
    implements Backbone {

  private static final int STAGES = 4;
  private static final int PATCH = 4;

  public Swin {
    depths = List.copyOf(depths);
    heads = List.copyOf(heads);
    normed = List.copyOf(normed);
    requirePositive("depths", depths);
    requirePositive("num_heads", heads);
    if (window < 2) {
      throw new IllegalArgumentException(
          "Invalid window_size: " + window + " (must be 2 at least: windows shift by half of it)");
    }
    for (int stage = 0; stage < STAGES; stage++) {
      if (width < 1 || (width << stage) % heads.get(stage) != 0) {
        throw new IllegalArgumentException(
            "Invalid num_heads: %s (must divide the stages' channels, %d and up)"
                .formatted(heads, width));
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
    return Program.of(Swin.class, "/dev/boxmill/detr/transformer/transformer.py", "swin.py")
        .with(
            Map.of(
                "DEPTHS", depths,
                "HEADS", heads,
                "WINDOW", window,
                "NORMED", normed,
                "MLP_ACTIVATION", activation));
  }

  @Override
  public List<Integer> widths() {
    return IntStream.range(0, STAGES).mapToObj(this::width).toList();
  }

  @Override
  public List<Integer> featureStrides() {
    return List.of(4, 8, 16, 32);
  }

  @Override
  public List<ExpectedTensor> tensors(List<String> prefixes) {
    List<ExpectedTensor> all = new ArrayList<>();
    all.add(tensor(names.patches() + ".weight", "patch.weight", width, 3, PATCH, PATCH));
    all.add(tensor(names.patches() + ".bias", "patch.bias", width));
    all.addAll(norm(names.patchNorm(), "patch.norm", width));
    for (int stage = 0; stage < STAGES; stage++) {
      all.addAll(stage(stage));
    }
    return all.stream().map(tensor -> tensor.withPrefixes(prefixes)).toList();
  }

  /**
   * The tables of offsets between a window's cells, which follow from its size; and the norm that
   * transformers 5.24 has behind all stages, of which no map is made.
   */
  @Override
  public Set<String> ignoredTensors(List<String> prefixes) {
    Set<String> ignored = new HashSet<>();
    for (String prefix : prefixes) {
      ignored.add(prefix + "swin.layernorm.weight");
      ignored.add(prefix + "swin.layernorm.bias");
    }
    for (int stage = 0; stage < STAGES; stage++) {
      for (int index = 0; index < depths.get(stage); index++) {
        String name = names.block(stage, index, SwinPart.POSITION_INDEX);
        prefixes.forEach(prefix -> ignored.add(prefix + name));
      }
    }
    return ignored;
  }

  private List<ExpectedTensor> stage(int stage) {
    List<ExpectedTensor> all = new ArrayList<>();
    for (int index = 0; index < depths.get(stage); index++) {
      all.addAll(block(stage, index));
    }
    if (normed.get(stage)) {
      all.addAll(norm(names.norm(stage), stage + ".norm", width(stage)));
    }
    if (stage > 0) {
      String merging = names.merging(stage - 1);
      int in = 4 * width(stage - 1);
      all.addAll(norm(merging + "norm", stage + ".merge.norm", in));
      all.add(tensor(merging + "reduction.weight", stage + ".merge.weight", width(stage), in));
    }
    return all;
  }

  private List<ExpectedTensor> block(int stage, int index) {
    String program = stage + "." + index;
    int outside = width(stage);
    int inside = (int) (mlpRatio * outside);
    int offsets = (2 * window - 1) * (2 * window - 1);
    List<ExpectedTensor> all = new ArrayList<>();
    all.addAll(norm(names.block(stage, index, SwinPart.FIRST_NORM), program + ".norm1", outside));
    all.addAll(linear(stage, index, SwinPart.QUERY, program + ".q", outside, outside));
    all.addAll(linear(stage, index, SwinPart.KEY, program + ".k", outside, outside));
    all.addAll(linear(stage, index, SwinPart.VALUE, program + ".v", outside, outside));
    all.add(
        tensor(
            names.block(stage, index, SwinPart.POSITIONS),
            program + ".positions",
            offsets,
            heads.get(stage)));
    all.addAll(linear(stage, index, SwinPart.OUT, program + ".out", outside, outside));
    all.addAll(norm(names.block(stage, index, SwinPart.SECOND_NORM), program + ".norm2", outside));
    all.addAll(linear(stage, index, SwinPart.WIDEN, program + ".fc1", inside, outside));
    all.addAll(linear(stage, index, SwinPart.NARROW, program + ".fc2", outside, inside));
    return all;
  }

  private List<ExpectedTensor> linear(
      int stage, int index, SwinPart part, String program, long out, long in) {
    String name = names.block(stage, index, part);
    Part rows = names.part(part);
    String ours = "backbone." + program;
    return List.of(
        new ExpectedTensor(List.of(name + ".weight"), ours + ".weight", List.of(out, in), rows),
        new ExpectedTensor(List.of(name + ".bias"), ours + ".bias", List.of(out), rows));
  }

  private static List<ExpectedTensor> norm(String name, String program, int width) {
    return List.of(
        tensor(name + ".weight", program + ".weight", width),
        tensor(name + ".bias", program + ".bias", width));
  }

  private static ExpectedTensor tensor(String name, String program, long... shape) {
    return ExpectedTensor.of(name, "backbone." + program, shape);
  }

  private int width(int stage) {
    return width << stage;
  }
}
