package dev.boxmill.detr.transformer;

import dev.boxmill.checkpoint.ExpectedTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Collects the tensors of a transformer's layers: each name in the program, and its names in
 * checkpoints.
 */
public final class TransformerTensors {
  private static final long LEARNED_POSITIONS = 50;

  private final int width;
  private final UnaryOperator<String> newer;
  private final List<ExpectedTensor> tensors = new ArrayList<>();

  /**
   * An empty collection.
   *
   * @param width channels of tokens and queries
   * @param newer from a tensor's name to what the library's next version calls it
   */
  public TransformerTensors(int width, UnaryOperator<String> newer) {
    this.width = width;
    this.newer = newer;
  }

  /** All that were added, in that order. */
  public List<ExpectedTensor> all() {
    return List.copyOf(tensors);
  }

  /** Those of another part of the network. */
  public void addAll(List<ExpectedTensor> others) {
    tensors.addAll(others);
  }

  /** Adds one tensor; further names are those of tied copies. */
  public void tensor(String program, List<? extends Number> shape, String... names) {
    List<Long> sizes = shape.stream().map(Number::longValue).toList();
    List<String> all =
        Arrays.stream(names).flatMap(n -> Stream.of(n, newer.apply(n))).distinct().toList();
    tensors.add(new ExpectedTensor(all, program, sizes));
  }

  /** The 1x1 convolution between backbone and transformer. */
  public void projection(int channels, String name) {
    tensor("projection.weight", List.of(width, channels, 1, 1), name + ".weight");
    tensor("projection.bias", List.of(width), name + ".bias");
  }

  /** The tables of learned positions, if there are any. */
  public void positions(PositionEmbedding positions, String name) {
    if (positions == PositionEmbedding.LEARNED) {
      List<Long> shape = List.of(LEARNED_POSITIONS, width / 2L);
      tensor("position.rows", shape, name + ".row_embeddings.weight");
      tensor("position.columns", shape, name + ".column_embeddings.weight");
    }
  }

  /** A linear layer between tokens. */
  public void linear(String program, String name) {
    linear(program, width, width, name);
  }

  /** A linear layer. */
  public void linear(String program, int out, int in, String... names) {
    tensor(program + ".weight", List.of(out, in), suffixed(names, ".weight"));
    tensor(program + ".bias", List.of(out), suffixed(names, ".bias"));
  }

  /** A linear layer that a checkpoint may hold under another one's name alone. */
  public void linear(String program, int out, int in, List<String> names, String other) {
    linear(program, out, in, names.toArray(String[]::new));
    int last = tensors.size() - 1;
    tensors.set(last - 1, tensors.get(last - 1).orAs(other + ".weight"));
    tensors.set(last, tensors.get(last).orAs(other + ".bias"));
  }

  /** Linear layers NAME.layers.0 and so on from the first size to the last. */
  public void mlp(String program, List<Integer> sizes, String... names) {
    for (int i = 0; i + 1 < sizes.size(); i++) {
      linear(program + "." + i, sizes.get(i + 1), sizes.get(i), suffixed(names, ".layers." + i));
    }
  }

  /** A LayerNorm of tokens. */
  public void norm(String program, String name) {
    tensor(program + ".weight", List.of(width), name + ".weight");
    tensor(program + ".bias", List.of(width), name + ".bias");
  }

  /** Multi-head attention with four projections. */
  public void attention(String program, String name) {
    for (String part : List.of("q", "k", "v", "out")) {
      linear(program + "." + part, name + "." + part + "_proj");
    }
  }

  /** Two linear layers, and the LayerNorm behind them. */
  public void feedForward(String program, int inside, String name) {
    linear(program + ".fc1", inside, width, name + ".fc1");
    linear(program + ".fc2", width, inside, name + ".fc2");
    norm(program + ".norm", name + ".final_layer_norm");
  }

  /** An encoder layer: attention, feed-forward network, norms. */
  public void encoderLayer(String program, int inside, String name) {
    attention(program + ".self", name + ".self_attn");
    norm(program + ".self.norm", name + ".self_attn_layer_norm");
    feedForward(program, inside, name);
  }

  private static String[] suffixed(String[] names, String suffix) {
    return Arrays.stream(names).map(name -> name + suffix).toArray(String[]::new);
  }
}
