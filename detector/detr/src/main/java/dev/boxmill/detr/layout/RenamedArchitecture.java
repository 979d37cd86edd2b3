package dev.boxmill.detr.layout;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.Architecture;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.torchscript.Program;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A network whose checkpoint names its tensors otherwise.
 *
 * @param network with the names of Hugging Face's checkpoints
 * @param names how they are called here
 * @param ignored names here of tensors that no forward pass reads, beside the network's own
 */
public record RenamedArchitecture(Architecture network, NameTable names, Set<String> ignored)
    implements Architecture {

  public RenamedArchitecture {
    ignored = Set.copyOf(ignored);
  }

  @Override
  public Program program() {
    return network.program();
  }

  @Override
  public List<ExpectedTensor> tensors() {
    return network.tensors().stream().map(names::translated).toList();
  }

  @Override
  public Set<String> ignoredTensors() {
    Set<String> all = new HashSet<>(ignored);
    network.ignoredTensors().forEach(name -> all.addAll(names.translated(name)));
    return all;
  }

  @Override
  public Map<Integer, String> labels() {
    return network.labels();
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
