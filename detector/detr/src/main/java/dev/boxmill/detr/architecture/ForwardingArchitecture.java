package dev.boxmill.detr.architecture;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Another architecture, of which something is changed. */
public interface ForwardingArchitecture extends Architecture {

  /** The one that answers what is not changed. */
  Architecture network();

  @Override
  default Program program() {
    return network().program();
  }

  @Override
  default List<ExpectedTensor> tensors() {
    return network().tensors();
  }

  @Override
  default Set<String> ignoredTensors() {
    return network().ignoredTensors();
  }

  @Override
  default Map<Integer, String> classNames() {
    return network().classNames();
  }

  @Override
  default Preprocessing preprocessing() {
    return network().preprocessing();
  }

  @Override
  default PostProcessing postProcessing() {
    return network().postProcessing();
  }

  @Override
  default List<Integer> featureChannels() {
    return network().featureChannels();
  }

  @Override
  default List<Integer> featureStrides() {
    return network().featureStrides();
  }

  @Override
  default Optional<TrainingNetwork> training() {
    return network().training();
  }

  @Override
  default boolean takes(ImageSize size) {
    return network().takes(size);
  }

  @Override
  default void require(Checkpoint checkpoint) {
    network().require(checkpoint);
  }

  @Override
  default int sideMultiple() {
    return network().sideMultiple();
  }
}
