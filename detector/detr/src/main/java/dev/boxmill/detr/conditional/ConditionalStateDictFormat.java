package dev.boxmill.detr.conditional;

import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.RenamedArchitecture;
import dev.boxmill.detr.architecture.StateDictFormat;
import dev.boxmill.detr.backbone.Backbones;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.statedict.StateDict;
import dev.boxmill.detr.transformer.PositionEmbedding;
import dev.boxmill.detr.transformer.StateDictTransformer;
import java.util.List;
import java.util.Set;

/**
 * A Conditional DETR as its authors' code (Atten4Vis/ConditionalDETR) saves it. The tensors of a
 * network with a dilated last stage (DC5) look like those of one without.
 */
public record ConditionalStateDictFormat(String name, int outputStride) implements StateDictFormat {
  private static final KeyMapping NAMES =
      KeyMapping.read(ConditionalStateDictFormat.class, "original.keys").and(Backbones.KEYS);

  private static final String QUERIES = "query_embed.weight";

  /** Both with and without dilation. */
  public static List<StateDictFormat> all() {
    return List.of(
        new ConditionalStateDictFormat("conditional-detr", 32),
        new ConditionalStateDictFormat("conditional-detr-dc5", 16));
  }

  @Override
  public boolean fits(StateDict checkpoint) {
    return checkpoint.has("transformer.decoder.layers.0.ca_qcontent_proj.weight")
        && checkpoint.has(QUERIES)
        && (outputStride == 32 || Backbones.mayBeDilated(checkpoint));
  }

  @Override
  public Architecture architecture(StateDict checkpoint) {
    ConditionalArchitecture detr =
        new ConditionalArchitecture(
            Backbones.find(checkpoint, outputStride),
            StateDictTransformer.read(checkpoint, "linear1", "relu"),
            checkpoint.size(QUERIES, 0),
            PositionEmbedding.SINE,
            false,
            ClassNames.ofClasses(checkpoint.size("class_embed.weight", 0)));
    return new RenamedArchitecture(detr, NAMES, Set.of());
  }
}
