package dev.boxmill.refiners.refinebox;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.torchscript.Weight;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Files of made-up weights, as training leaves them. */
final class TestingWeights {

  private TestingWeights() {}

  /** The network's tensors by their names in a file. */
  static Map<String, Weight> named(List<Integer> featureChannels) {
    Map<String, Weight> byProgramName = HashedValues.weights(featureChannels);
    Map<String, Weight> named = new TreeMap<>();
    for (ExpectedTensor tensor : NetworkTensors.of(featureChannels)) {
      named.put(tensor.checkpointNames().get(0), byProgramName.get(tensor.programName()));
    }
    return named;
  }

  static Path write(Path file, List<Integer> featureChannels) {
    SafetensorsWriter.write(file, named(featureChannels), Map.of());
    return file;
  }
}
