package dev.boxmill.detr.dfine;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.ExpectedTensor.Part;
import dev.boxmill.detr.backbone.ConvNorm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sizes of an encoder that fuses maps by {@code elan.py}.
 *
 * @param channels of the maps that it reads, the backbone's last ones, fine to coarse
 * @param dim channels of its maps
 * @param branchDim channels of its blocks' branches
 * @param repBlocks RepVGG convolutions in a row in each branch
 * @param encodedLevels maps that see self-attention, 0 for the finest that it reads; none where it
 *     has no layers
 * @param layers of self-attention
 * @param activation of the layers' feed-forward networks
 * @param temperature of the position embedding's sines
 */
public record ElanEncoder(
    List<Integer> channels,
    int dim,
    int branchDim,
    int repBlocks,
    List<Integer> encodedLevels,
    int layers,
    int heads,
    int feedForwardDim,
    String activation,
    double temperature) {

  /** Behind it stands the one BatchNorm epsilon that all published networks have. */
  static final double BATCH_NORM_EPS = 1e-5;

  public ElanEncoder {
    channels = List.copyOf(channels);
    encodedLevels = List.copyOf(encodedLevels);
  }

  /** The same without its layers of self-attention. */
  public ElanEncoder withoutSelfAttention() {
    return new ElanEncoder(
        channels,
        dim,
        branchDim,
        repBlocks,
        List.of(0),
        0,
        heads,
        feedForwardDim,
        activation,
        temperature);
  }

  /** How many maps it reads. */
  public int levels() {
    return channels.size();
  }

  /** What {@code aifi.py}, {@code neck.py} and {@code elan.py} name. */
  public Map<String, Object> constants() {
    Map<String, Object> constants = new HashMap<>();
    constants.put("BATCH_NORM_EPS", BATCH_NORM_EPS);
    constants.put("REP_BLOCKS", repBlocks);
    constants.put("ENCODED_LEVELS", encodedLevels);
    constants.put("ENCODER_LAYERS", layers);
    constants.put("ENCODER_HEADS", heads);
    constants.put("ENCODER_ACTIVATION", activation);
    constants.put("TEMPERATURE", temperature);
    constants.put("NORMALIZE_BEFORE", false);
    return constants;
  }

  /**
   * A convolution and its BatchNorm as transformers names them: {@code NAME.conv} and {@code
   * NAME.norm}.
   */
  public static ConvNorm conv(String name, String program, int out, int in, int kernel) {
    return new ConvNorm(name + ".conv", name + ".norm", program, out, in, kernel);
  }

  /** Those between the fused maps: {@code lateral_convs} and {@code downsample_convs}. */
  public List<ConvNorm> betweenLevels() {
    List<ConvNorm> all = new ArrayList<>();
    for (int i = 0; i + 1 < levels(); i++) {
      String down = "model.encoder.downsample_convs." + i;
      String reduce = "encoder.reduce." + i;
      all.add(conv("model.encoder.lateral_convs." + i, "encoder.lateral." + i, dim, dim, 1));
      all.add(conv(down + ".conv1", reduce + ".point", dim, dim, 1));
      all.add(conv(down + ".conv2", reduce, dim, 1, 3));
    }
    return all;
  }

  /** RepVGG convolutions of a branch. */
  public List<ConvNorm> repBlocks(String name, String program) {
    List<ConvNorm> all = new ArrayList<>();
    for (int i = 0; i < repBlocks; i++) {
      String rep = name + ".bottlenecks." + i;
      String ours = program + ".rep." + i;
      all.add(conv(rep + ".conv1", ours + ".3x3", branchDim, branchDim, 3));
      all.add(conv(rep + ".conv2", ours + ".1x1", branchDim, branchDim, 1));
    }
    return all;
  }

  /** One convolution in the checkpoint, two in the program, each with half of its channels. */
  public static List<ExpectedTensor> halves(ConvNorm whole, String first, String second) {
    List<ExpectedTensor> all = new ArrayList<>();
    List<String> programs = List.of(first, second);
    for (int i = 0; i < 2; i++) {
      ConvNorm half =
          new ConvNorm(
              whole.convolution(),
              whole.norm(),
              programs.get(i),
              whole.out() / 2,
              whole.in(),
              whole.kernel());
      Part part = new Part(i, 2);
      half.tensors().forEach(tensor -> all.add(tensor.withPart(part)));
    }
    return all;
  }
}
