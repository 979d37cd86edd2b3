package dev.boxmill.detr.table;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.FamilyMember;
import dev.boxmill.detr.architecture.FamilyMember.ModelType;
import dev.boxmill.detr.architecture.ForwardingArchitecture;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.detr.detr.DetrArchitecture;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Table Transformer (Smock et al., "PubTables-1M", 2021) as transformers' {@code
 * TableTransformerForObjectDetection} computes it: a DETR whose layers begin with their norms, and
 * whose encoder ends with one.
 *
 * @param network with the settings of this one
 */
public record TableTransformerArchitecture(DetrArchitecture network)
    implements ForwardingArchitecture {

  /** Its entry in the family's registry. */
  public static final FamilyMember MEMBER =
      new FamilyMember(
          List.of(new ModelType("table-transformer", TableTransformerArchitecture::parse)),
          List.of());

  private static final String ENCODER_NORM = "model.encoder.layernorm.";

  /**
   * Reads a Table Transformer's {@code config.json} with the library's defaults.
   *
   * @throws CheckpointException if a setting is not supported, or a key is unknown
   */
  public static TableTransformerArchitecture parse(JsonConfig config) {
    return new TableTransformerArchitecture(
        DetrArchitecture.parse(config, "TableTransformerForObjectDetection"));
  }

  @Override
  public Program program() {
    return network.program(Program.of(TableTransformerArchitecture.class, "table_transformer.py"));
  }

  @Override
  public List<ExpectedTensor> tensors() {
    long width = network.transformer().width();
    return Stream.concat(
            network.tensors().stream(),
            Stream.of("weight", "bias")
                .map(end -> ExpectedTensor.of(ENCODER_NORM + end, "encoder.norm." + end, width)))
        .toList();
  }

  /** Its layers are not DETR's. */
  @Override
  public Optional<TrainingNetwork> training() {
    return Optional.empty();
  }
}
