package dev.boxmill.detr.training;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.torchscript.RowWeight;
import dev.boxmill.torchscript.Weight;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Copies of tensors that are not trained, as the checkpoint holds them. */
final class FixedTensors {

  /** Where a tensor's numbers lie: parts of a fused tensor share one array. */
  private record Place(float[] numbers, int first) {}

  private final Map<String, RowWeight> byName = new TreeMap<>();
  private final Map<String, Place> byProgramName = new HashMap<>();

  /**
   * Copies them.
   *
   * @param weights by program name
   * @param names that tensors have in the checkpoint
   */
  FixedTensors(List<ExpectedTensor> tensors, Map<String, Weight> weights, Set<String> names) {
    for (ExpectedTensor tensor : tensors) {
      copy(tensor, weights.get(tensor.programName()), names);
    }
  }

  private void copy(ExpectedTensor tensor, Weight weight, Set<String> names) {
    ExpectedTensor there = ParameterLayout.found(tensor, names);
    List<Long> shape = ParameterLayout.wholeShape(there);
    FloatBuffer values = weight.values();
    int count = values.remaining();
    List<String> own = there.checkpointNames().stream().filter(names::contains).toList();
    RowWeight whole =
        byName.computeIfAbsent(
            own.get(0), name -> RowWeight.of(shape, new float[count * there.part().count()]));
    own.forEach(name -> byName.put(name, whole));
    Place place = new Place(whole.row(), count * there.part().index());
    values.get(place.numbers, place.first, count);
    byProgramName.put(tensor.programName(), place);
  }

  /** All of them, by each of their names in the checkpoint. */
  Map<String, Weight> byName() {
    return new TreeMap<>(byName);
  }

  /** Numbers of one of them are copied from there. */
  void write(String programName, float[] values, int first, int count) {
    Place place = byProgramName.get(programName);
    System.arraycopy(values, first, place.numbers, place.first, count);
  }

  /** Numbers of one of them are copied to there. */
  void read(String programName, float[] values, int first, int count) {
    Place place = byProgramName.get(programName);
    System.arraycopy(place.numbers, place.first, values, first, count);
  }
}
