package dev.boxmill.detr.lwdetr;

import static dev.boxmill.detr.transformer.Transformer.requirePositive;

import dev.boxmill.checkpoint.JsonConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The block that makes one map of the decoder's width from several: {@code c2f.py}.
 *
 * @param width channels of the map that it makes
 * @param inside channels of its inner maps
 * @param blocks pairs of 3x3 convolutions
 * @param activation behind its convolutions
 */
public record C2f(int width, int inside, int blocks, String activation) {

  private static final double NORM_EPS = 1e-6;
  private static final Object[] ACTIVATIONS = {"silu", "relu", "gelu"};

  public C2f {
    requirePositive("d_model", width);
    requirePositive("hidden_expansion", inside);
    requirePositive("c2f_num_blocks", blocks);
  }

  /**
   * One of its convolutions.
   *
   * @param name in transformers' checkpoints
   * @param program name in the program
   * @param kernel side of the square kernel
   */
  public record Convolution(String name, String program, int out, int in, int kernel) {}

  /** Reads its keys of a detector's {@code config.json}. */
  public static C2f parse(JsonConfig config) {
    int width = config.integer("d_model", 256);
    config.allows("activation_function", "three activations are built in", ACTIVATIONS);
    return new C2f(
        width,
        (int) (width * config.number("hidden_expansion", 0.5)),
        config.integer("c2f_num_blocks", 3),
        config.text("activation_function", "silu"));
  }

  /** Values of the constants that the program's files name. */
  public Map<String, Object> constants() {
    return Map.of(
        "C2F_BLOCKS", blocks, "PROJECTOR_NORM_EPS", NORM_EPS, "PROJECTOR_ACTIVATION", activation);
  }

  /**
   * All its convolutions.
   *
   * @param name of the block in transformers' checkpoints
   * @param program name of the block in the program
   * @param in channels of all maps that it reads together
   */
  public List<Convolution> convolutions(String name, String program, int in) {
    List<Convolution> all = new ArrayList<>();
    all.add(new Convolution(name + ".conv1", program + ".first", 2 * inside, in, 1));
    all.add(new Convolution(name + ".conv2", program + ".last", width, (2 + blocks) * inside, 1));
    for (int i = 0; i < blocks; i++) {
      for (int j = 0; j < 2; j++) {
        String convolution = name + ".bottlenecks." + i + ".conv" + (j + 1);
        all.add(new Convolution(convolution, program + "." + i + "." + j, inside, inside, 3));
      }
    }
    return all;
  }
}
