package dev.boxmill.detr.conditional;

import dev.boxmill.detr.Architecture;
import dev.boxmill.detr.Labels;
import dev.boxmill.detr.layout.BareBackbone;
import dev.boxmill.detr.layout.BareCheckpoint;
import dev.boxmill.detr.layout.BareTransformer;
import dev.boxmill.detr.layout.KeyLayout;
import dev.boxmill.detr.layout.NameTable;
import dev.boxmill.detr.layout.RenamedArchitecture;
import dev.boxmill.detr.transformer.Positions;
import java.util.List;
import java.util.Set;

/**
 * A Conditional DETR as its authors' code (Atten4Vis/ConditionalDETR) saves it. Tensors don't tell
 * a network with a dilated last stage (DC5) from one without.
 */
public record ConditionalLayout(String name, int outputStride) implements KeyLayout {
  private static final NameTable NAMES =
      NameTable.read(ConditionalLayout.class, "original.names").and(BareBackbone.NAMES);

  private static final String QUERIES = "query_embed.weight";

  /** Both with and without dilation. */
  public static List<KeyLayout> all() {
    return List.of(
        new ConditionalLayout("conditional-detr", 32),
        new ConditionalLayout("conditional-detr-dc5", 16));
  }

  @Override
  public boolean fits(BareCheckpoint checkpoint) {
    return checkpoint.has("transformer.decoder.layers.0.ca_qcontent_proj.weight")
        && checkpoint.has(QUERIES)
        && (outputStride == 32 || BareBackbone.mayBeDilated(checkpoint));
  }

  @Override
  public Architecture architecture(BareCheckpoint checkpoint) {
    ConditionalArchitecture detr =
        new ConditionalArchitecture(
            BareBackbone.read(checkpoint, outputStride),
            BareTransformer.read(checkpoint, "linear1", "relu"),
            checkpoint.size(QUERIES, 0),
            Positions.SINE,
            false,
            Labels.ofClasses(checkpoint.size("class_embed.weight", 0)));
    return new RenamedArchitecture(detr, NAMES, Set.of());
  }
}
