package dev.boxmill.detr.architecture;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.statedict.KeyMapping;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A network whose checkpoint has other names for its tensors.
 *
 * @param network with the names of Hugging Face's checkpoints
 * @param names how they are called here
 * @param ignored names here of tensors that no forward pass reads, beside the network's own
 */
public record RenamedArchitecture(Architecture network, KeyMapping names, Set<String> ignored)
    implements ForwardingArchitecture {

  public RenamedArchitecture {
    ignored = Set.copyOf(ignored);
  }

  @Override
  public List<ExpectedTensor> tensors() {
    return network.tensors().stream().map(names::translated).toList();
  }

  @Override
  public Optional<Architecture> forClasses(Map<Integer, String> classNames) {
    return network.forClasses(classNames).map(n -> new RenamedArchitecture(n, names, ignored));
  }

  @Override
  public Optional<TrainingNetwork> training() {
    return network
        .training()
        .map(t -> t.withMore(t.more().stream().map(names::translated).toList()));
  }

  @Override
  public Set<String> ignoredTensors() {
    Set<String> all = new HashSet<>(ignored);
    network.ignoredTensors().forEach(name -> all.addAll(names.translated(name)));
    return all;
  }
}
