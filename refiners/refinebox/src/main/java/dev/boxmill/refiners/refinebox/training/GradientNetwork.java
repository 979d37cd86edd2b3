package dev.boxmill.refiners.refinebox.training;

import dev.boxmill.refiners.refinebox.PyramidInputs;
import dev.boxmill.refiners.refinebox.RefineBoxNetwork;
import dev.boxmill.refiners.refinebox.training.ParameterLayout.Slice;
import dev.boxmill.refiners.spi.FeatureMaps;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Program;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import dev.boxmill.torchscript.TorchModule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes losses and gradients on a device, in float32 whatever the detector's precision. It holds
 * no weights: those come with every batch. Safe for use by several threads.
 */
public final class GradientNetwork implements AutoCloseable {

  /** Of the paper, section 3: refinement steps, and the weights of the two losses. */
  public static final int STEPS = 3;

  public static final double L1_WEIGHT = 5;
  public static final double GIOU_WEIGHT = 2;

  private static final int CHUNK = 4096;

  private final TorchModule module;
  private final ParameterLayout layout;

  private GradientNetwork(TorchModule module, ParameterLayout layout) {
    this.module = module;
    this.layout = layout;
  }

  /** Loads the program; the feature maps that it gets must lie on the same device. */
  public static GradientNetwork load(Device device, ParameterLayout layout) {
    return new GradientNetwork(program().loadWithoutWeights(device, Precision.FP32), layout);
  }

  /** The text of {@code gradient}. */
  public static Program program() {
    return RefineBoxNetwork.trainingProgram(STEPS, CHUNK)
        .with(Map.of("L1_WEIGHT", L1_WEIGHT, "GIOU_WEIGHT", GIOU_WEIGHT));
  }

  /** Weights on the device; the caller closes them. */
  public Weights weights(float[] row) {
    Map<String, Tensor> tensors = new HashMap<>();
    for (Slice slice : layout.slices()) {
      long[] shape = slice.shape().stream().mapToLong(Long::longValue).toArray();
      tensors.put(
          "weight." + slice.programName(),
          module.tensor(layout.tensors(row).get(slice.name()).values(), shape));
    }
    return new Weights(tensors);
  }

  /** What {@link #gradient} computes with. */
  public static final class Weights implements AutoCloseable {
    private final Map<String, Tensor> tensors;

    private Weights(Map<String, Tensor> tensors) {
      this.tensors = tensors;
    }

    @Override
    public void close() {
      tensors.values().forEach(Tensor::close);
    }
  }

  /**
   * The loss of these boxes and its gradient.
   *
   * @param features of the pictures' batch; left open
   * @param matched at least one
   */
  public LossGradient gradient(Weights weights, FeatureMaps features, List<MatchedBox> matched) {
    int count = matched.size();
    float[] boxes = new float[4 * count];
    float[] targets = new float[4 * count];
    float[] images = new float[count];
    for (int i = 0; i < count; i++) {
      matched.get(i).box().writeTo(boxes, 4 * i);
      matched.get(i).object().writeTo(targets, 4 * i);
      images[i] = matched.get(i).image();
    }
    try (Tensor boxTensor = module.tensor(boxes, count, 4);
        Tensor imageTensor = module.tensor(images, count);
        Tensor targetTensor = module.tensor(targets, count, 4);
        PyramidInputs pyramid = PyramidInputs.of(module, features)) {
      Map<String, Tensor> inputs = new HashMap<>(weights.tensors);
      inputs.putAll(pyramid.byName());
      inputs.put("boxes", boxTensor);
      inputs.put("images", imageTensor);
      inputs.put("targets", targetTensor);
      try (Tensors outputs = module.runRecorded("gradient", inputs)) {
        return new LossGradient(row(outputs), outputs.named("loss").floats()[0], count);
      }
    }
  }

  private float[] row(Tensors outputs) {
    float[] row = new float[layout.count()];
    for (Slice slice : layout.slices()) {
      Tensor gradient = outputs.named("gradient." + slice.programName());
      System.arraycopy(gradient.floats(), 0, row, slice.first(), slice.count());
    }
    return row;
  }

  @Override
  public void close() {
    module.close();
  }
}
