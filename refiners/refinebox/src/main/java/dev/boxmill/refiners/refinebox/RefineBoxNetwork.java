package dev.boxmill.refiners.refinebox;

import dev.boxmill.refiners.spi.FeatureMaps;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Program;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import dev.boxmill.torchscript.TorchModule;
import dev.boxmill.torchscript.Weight;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The network with its weights, resident on a device. */
public final class RefineBoxNetwork implements AutoCloseable {

  /** So many boxes go through the network together: their features fit into a core's cache. */
  private static final int CPU_CHUNK = 100;

  /** A GPU wants them all at once. */
  private static final int GPU_CHUNK = 4096;

  /** Boxes are made up to a multiple of it, so that kernels are not compiled for every count. */
  private static final int GRANULE = 25;

  private static final int COORDINATES = 4;

  private final TorchModule module;

  private RefineBoxNetwork(TorchModule module) {
    this.module = module;
  }

  /**
   * The text.
   *
   * @param steps how many times each box is moved
   * @param chunk boxes that go through the network together
   */
  static Program program(int steps, int chunk) {
    return common(steps, chunk).and(Program.of(RefineBoxNetwork.class, "refinebox_layers.py"));
  }

  /**
   * The text as a device runs it.
   *
   * @param steps how many times each box is moved
   */
  public static Program program(int steps, Device device) {
    return program(steps, chunk(device));
  }

  private static int chunk(Device device) {
    return device.kind() == Device.Kind.CPU ? CPU_CHUNK : GPU_CHUNK;
  }

  /** The text with the loss and its gradient. Weights come among the inputs of {@code gradient}. */
  public static Program trainingProgram(int steps, int chunk) {
    return common(steps, chunk)
        .and(Program.of(RefineBoxNetwork.class, "refinebox_training_layers.py"))
        .and(Program.of(RefineBoxNetwork.class, "refinebox_training.py"));
  }

  private static Program common(int steps, int chunk) {
    return Program.of(RefineBoxNetwork.class, "refinebox.py")
        .with(
            Map.of(
                "STEPS", steps,
                "CHUNK", chunk,
                "BLOCKS", NetworkTensors.BLOCKS,
                "MLP_LAYERS", NetworkTensors.MLP_LAYERS,
                "GROUPS", NetworkTensors.GROUPS));
  }

  /**
   * Loads it.
   *
   * @param weights by program name
   */
  static RefineBoxNetwork load(
      int steps, Device device, Precision precision, Map<String, Weight> weights) {
    return new RefineBoxNetwork(program(steps, device).load(device, precision, weights));
  }

  /**
   * The boxes after all steps.
   *
   * @param given the boxes and which image of the batch each is of
   * @return cxcywh of each, one after the other, each from 0 to 1
   */
  float[] refine(FeatureMaps features, BatchBoxes given) {
    BatchBoxes padded = given.paddedTo(roundedUp(given.count()));
    try (Tensor boxes = module.tensor(padded.boxes(), padded.count(), COORDINATES);
        Tensor images = module.tensor(padded.images(), padded.count());
        PyramidInputs pyramid = PyramidInputs.of(module, features)) {
      Map<String, Tensor> inputs = new HashMap<>(pyramid.byName());
      inputs.putAll(Map.of("boxes", boxes, "images", images));
      try (Tensors outputs = module.run("forward", pyramid.shapes(), inputs)) {
        return Arrays.copyOf(outputs.named("boxes").floats(), given.boxes().length);
      }
    }
  }

  private static int roundedUp(int count) {
    return (count + GRANULE - 1) / GRANULE * GRANULE;
  }

  @Override
  public void close() {
    module.close();
  }
}
