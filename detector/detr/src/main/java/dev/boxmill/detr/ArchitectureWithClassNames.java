package dev.boxmill.detr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.torchscript.Program;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A network whose classes a user has named; those without a name keep the network's own. */
record ArchitectureWithClassNames(Architecture network, Map<Integer, String> classNames)
    implements Architecture {

  ArchitectureWithClassNames {
    Map<Integer, String> all = new HashMap<>(network.classNames());
    for (int index : classNames.keySet()) {
      if (!all.containsKey(index)) {
        throw new CheckpointException(
            "Invalid --class-names: %d=%s (must be indices 0 to %d, the network's classes)"
                .formatted(index, classNames.get(index), all.size() - 1));
      }
    }
    all.putAll(classNames);
    classNames = Map.copyOf(all);
  }

  @Override
  public Program program() {
    return network.program();
  }

  @Override
  public List<ExpectedTensor> tensors() {
    return network.tensors();
  }

  @Override
  public Set<String> ignoredTensors() {
    return network.ignoredTensors();
  }

  @Override
  public PostProcessing postProcessing() {
    return network.postProcessing();
  }

  @Override
  public List<Integer> featureChannels() {
    return network.featureChannels();
  }

  @Override
  public List<Integer> featureStrides() {
    return network.featureStrides();
  }
}
