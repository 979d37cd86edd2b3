package dev.boxmill.refiners.refinebox;

import dev.boxmill.checkpoint.ExpectedTensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The published network's tensors: names as the authors' checkpoints have them, which boxmill's own
 * files keep, and names as the program reads them.
 */
public final class NetworkTensors {

  /** Channels of the pyramid and of everything after it. */
  public static final int CHANNELS = 64;

  /** Groups of every GroupNorm: detectron2's. */
  static final int GROUPS = 32;

  static final int BLOCKS = 3;
  static final int MLP_LAYERS = 2;

  private static final int FIRST_LEVEL = 2;
  private static final List<Integer> KERNELS = List.of(1, 3, 1);

  private final List<ExpectedTensor> tensors = new ArrayList<>();

  private NetworkTensors() {}

  /**
   * All of them.
   *
   * @param featureChannels of C2 and the maps after it: each gives a level of the pyramid
   */
  public static List<ExpectedTensor> of(List<Integer> featureChannels) {
    NetworkTensors network = new NetworkTensors();
    for (int level = 0; level < featureChannels.size(); level++) {
      network.addLevel(level, featureChannels.get(level));
    }
    for (int block = 0; block < BLOCKS; block++) {
      network.addBottleneck(block);
    }
    for (int layer = 0; layer < MLP_LAYERS; layer++) {
      network.addMlpLayer(layer);
    }
    network.add("bboxes_refiner.bboxes_deltas.weight", "delta.weight", 4, CHANNELS);
    network.add("bboxes_refiner.bboxes_deltas.bias", "delta.bias", 4);
    return List.copyOf(network.tensors);
  }

  /** Name in a checkpoint of the convolution that takes C2 (level 0) and so on. */
  static String lateral(int level) {
    return "channel_mapper.fpn_lateral" + (level + FIRST_LEVEL) + ".weight";
  }

  private void addLevel(int level, int channels) {
    String output = "channel_mapper.fpn_output" + (level + FIRST_LEVEL);
    String lateral = "channel_mapper.fpn_lateral" + (level + FIRST_LEVEL);
    add(lateral + ".weight", "lateral" + level + ".weight", CHANNELS, channels, 1, 1);
    add(lateral + ".bias", "lateral" + level + ".bias", CHANNELS);
    add(output + ".weight", "output" + level + ".weight", CHANNELS, CHANNELS, 3, 3);
    add(output + ".bias", "output" + level + ".bias", CHANNELS);
  }

  private void addBottleneck(int block) {
    for (int i = 0; i < KERNELS.size(); i++) {
      int kernel = KERNELS.get(i);
      String conv = "bboxes_refiner.res_block." + block + ".conv" + (i + 1);
      String name = "block" + block + ".conv" + (i + 1);
      add(conv + ".weight", name + ".weight", CHANNELS, CHANNELS, kernel, kernel);
      addNorm(conv + ".norm", "block" + block + ".norm" + (i + 1));
    }
  }

  /** A layer's linear map, norm and activation are three modules of one sequence. */
  private void addMlpLayer(int layer) {
    String sequence = "bboxes_refiner.reg_module.";
    add(sequence + 3 * layer + ".weight", "mlp" + layer + ".weight", CHANNELS, CHANNELS);
    addNorm(sequence + (3 * layer + 1), "mlp" + layer + ".norm");
  }

  private void addNorm(String checkpointName, String programName) {
    add(checkpointName + ".weight", programName + ".weight", CHANNELS);
    add(checkpointName + ".bias", programName + ".bias", CHANNELS);
  }

  private void add(String checkpointName, String programName, long... shape) {
    tensors.add(ExpectedTensor.of(checkpointName, programName, shape));
  }
}
