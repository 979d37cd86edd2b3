package dev.boxmill.detr.training;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.torchscript.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Running means and variances of live BatchNorms, as one row of numbers. */
final class Statistics {

  /** Of PyTorch's BatchNorm: share of a batch in the running numbers. */
  private static final float MOMENTUM = 0.1f;

  private record Slice(String programName, int first, int count) {

    /** What the program calls the batch's own, behind {@code NAME.bn}. */
    String ofBatch() {
      int dot = programName.lastIndexOf('.');
      return "statistic." + programName.substring(0, dot) + ".batch" + programName.substring(dot);
    }
  }

  private final List<Slice> slices = new ArrayList<>();
  private int count;

  /** Those of a network. */
  Statistics(TrainingNetwork network, List<ExpectedTensor> frozen) {
    for (ExpectedTensor tensor : frozen) {
      String name = tensor.programName();
      if (TrainingNetwork.isStatistic(name) && network.isLive(name)) {
        int channels = Math.toIntExact(tensor.shape().get(0));
        slices.add(new Slice(name, count, channels));
        count += channels;
      }
    }
  }

  /** How many numbers there are. */
  int count() {
    return count;
  }

  /** A batch's own, out of what the program returned. */
  float[] ofBatch(Map<String, Tensor> recorded) {
    float[] row = new float[count];
    for (Slice slice : slices) {
      float[] values = recorded.get(slice.ofBatch()).floats();
      System.arraycopy(values, 0, row, slice.first(), slice.count());
    }
    return row;
  }

  float[] read(FixedTensors tensors) {
    float[] row = new float[count];
    slices.forEach(slice -> tensors.read(slice.programName(), row, slice.first(), slice.count()));
    return row;
  }

  void write(float[] row, FixedTensors tensors) {
    slices.forEach(slice -> tensors.write(slice.programName(), row, slice.first(), slice.count()));
  }

  /** The running numbers behind a step. */
  static float[] followed(float[] running, float[] ofStep) {
    float[] followed = new float[running.length];
    for (int i = 0; i < running.length; i++) {
      followed[i] = (1 - MOMENTUM) * running[i] + MOMENTUM * ofStep[i];
    }
    return followed;
  }
}
