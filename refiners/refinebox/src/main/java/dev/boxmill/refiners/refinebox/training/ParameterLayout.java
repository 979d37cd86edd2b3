package dev.boxmill.refiners.refinebox.training;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.refiners.refinebox.NetworkTensors;
import dev.boxmill.refiners.refinebox.RefineBoxWeights;
import dev.boxmill.torchscript.RowWeight;
import dev.boxmill.torchscript.Weight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Where each of the network's tensors lies in the one row of numbers that is trained. */
public final class ParameterLayout {

  /**
   * One tensor.
   *
   * @param name in a checkpoint
   * @param programName in the program
   * @param first position of its first number
   */
  record Slice(String name, String programName, List<Long> shape, int first) {

    int count() {
      return Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    }

    /** Whether it belongs to a GroupNorm or LayerNorm: weight decay leaves those alone. */
    boolean ofNorm() {
      return programName.contains(".norm");
    }
  }

  private final List<Slice> slices;
  private final int count;

  private ParameterLayout(List<Slice> slices, int count) {
    this.slices = List.copyOf(slices);
    this.count = count;
  }

  /**
   * Of a refiner over such feature maps.
   *
   * @param featureChannels of C2 to C5
   */
  public static ParameterLayout of(List<Integer> featureChannels) {
    List<Slice> slices = new ArrayList<>();
    int first = 0;
    for (ExpectedTensor tensor : NetworkTensors.of(featureChannels)) {
      String name = tensor.checkpointNames().get(0);
      Slice slice = new Slice(name, tensor.programName(), tensor.shape(), first);
      slices.add(slice);
      first += slice.count();
    }
    return new ParameterLayout(slices, first);
  }

  /** How many numbers are trained. */
  public int count() {
    return count;
  }

  List<Slice> slices() {
    return slices;
  }

  /** The tensors by their names in a checkpoint: views of the row. */
  public Map<String, Weight> tensors(float[] row) {
    Map<String, Weight> tensors = new TreeMap<>();
    slices.forEach(
        slice -> tensors.put(slice.name(), new RowWeight(slice.shape(), row, slice.first())));
    return tensors;
  }

  /**
   * The row of weights in a file, checked as for use.
   *
   * @param featureChannels of C2 to C5
   * @throws dev.boxmill.checkpoint.CheckpointException if they can't be used over such maps
   */
  public float[] read(Path file, List<Integer> featureChannels) {
    try (RefineBoxWeights weights = RefineBoxWeights.open(file, featureChannels)) {
      float[] row = new float[count];
      for (Slice slice : slices) {
        Weight tensor = weights.tensors().get(slice.programName());
        tensor.values().get(row, slice.first(), slice.count());
      }
      return row;
    }
  }
}
