package dev.boxmill.detr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.ForwardingArchitecture;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A network whose classes a user has named; those without a name keep the network's own. */
record ArchitectureWithClassNames(Architecture network, Map<Integer, String> classNames)
    implements ForwardingArchitecture {

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
  public Optional<Architecture> forClasses(Map<Integer, String> others) {
    return network.forClasses(others);
  }
}
