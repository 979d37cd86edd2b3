package dev.boxmill.detr.architecture;

import dev.boxmill.detr.preprocess.Preprocessing;
import java.util.Map;
import java.util.Optional;

/**
 * A network with what its authors do with images.
 *
 * @param preprocessing in their evaluation
 */
public record PreprocessingArchitecture(Architecture network, Preprocessing preprocessing)
    implements ForwardingArchitecture {

  @Override
  public Optional<Architecture> forClasses(Map<Integer, String> classNames) {
    return network
        .forClasses(classNames)
        .map(drawn -> new PreprocessingArchitecture(drawn, preprocessing));
  }
}
