package dev.boxmill.detr.architecture;

import dev.boxmill.checkpoint.JsonConfig;
import java.util.List;
import java.util.function.Function;

/**
 * One network of the family: the checkpoints that hold it, and who reads them. Each network's
 * architecture has one as {@code MEMBER}; the registry lists them.
 *
 * @param modelTypes of Hugging Face's {@code config.json}; none if the library has no such network
 * @param stateDictFormats of other code bases' checkpoints; none if they are not read
 */
public record FamilyMember(List<ModelType> modelTypes, List<StateDictFormat> stateDictFormats) {

  /**
   * A kind of {@code config.json}.
   *
   * @param name the value of {@code model_type}
   * @param parser throws a {@link dev.boxmill.checkpoint.CheckpointException} for a setting that is
   *     not supported
   */
  public record ModelType(String name, Function<JsonConfig, Architecture> parser) {}

  public FamilyMember {
    modelTypes = List.copyOf(modelTypes);
    stateDictFormats = List.copyOf(stateDictFormats);
  }
}
