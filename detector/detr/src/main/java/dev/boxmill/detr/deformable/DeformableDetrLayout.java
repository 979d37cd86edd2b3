package dev.boxmill.detr.deformable;

import dev.boxmill.detr.Architecture;
import dev.boxmill.detr.Labels;
import dev.boxmill.detr.deformable.DeformableDetrArchitecture.Boxes;
import dev.boxmill.detr.deformable.DeformableTransformer.MapPositions;
import dev.boxmill.detr.layout.BareBackbone;
import dev.boxmill.detr.layout.BareCheckpoint;
import dev.boxmill.detr.layout.KeyLayout;
import dev.boxmill.detr.layout.NameTable;
import dev.boxmill.detr.layout.RenamedArchitecture;
import dev.boxmill.detr.transformer.Positions;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A Deformable DETR as its authors' code saves it. Tensors don't tell a network of one scale with a
 * dilated last stage (DC5) from one without.
 */
public record DeformableDetrLayout(String name, int outputStride) implements KeyLayout {

  /** Names that DINO's code has from this one. */
  public static final NameTable TRANSFORMER =
      NameTable.read(DeformableDetrLayout.class, "original.names").and(BareBackbone.NAMES);

  private static final NameTable QUERIES =
      NameTable.read(DeformableDetrLayout.class, "original_queries.names");
  private static final NameTable HEADS =
      NameTable.read(DeformableDetrLayout.class, "original_heads.names");

  /** What the published two-stage networks select; their tensors don't tell. */
  private static final int SELECTED = 300;

  /** Both with and without dilation. */
  public static List<KeyLayout> all() {
    return List.of(
        new DeformableDetrLayout("deformable-detr", 32),
        new DeformableDetrLayout("deformable-detr-dc5", 16));
  }

  @Override
  public boolean fits(BareCheckpoint checkpoint) {
    return BareTransformer.ORIGINAL.isIn(checkpoint)
        && !checkpoint.hasAny("transformer.decoder.ref_point_head.")
        && (outputStride == 32 || mayBeDilated(checkpoint));
  }

  private static boolean mayBeDilated(BareCheckpoint checkpoint) {
    return checkpoint.size(BareTransformer.ORIGINAL.levels(), 0) == 1
        && BareBackbone.mayBeDilated(checkpoint);
  }

  @Override
  public Architecture architecture(BareCheckpoint checkpoint) {
    Boxes boxes = boxes(checkpoint);
    DeformableDetrArchitecture detr =
        new DeformableDetrArchitecture(
            BareBackbone.read(checkpoint, outputStride),
            BareTransformer.ORIGINAL.read(checkpoint, new MapPositions(Positions.SINE, 10000, 0.5)),
            boxes == Boxes.TWO_STAGE
                ? checkpoint.setting("queries", SELECTED)
                : checkpoint.size("query_embed.weight", 0),
            boxes,
            Labels.ofClasses(checkpoint.size("class_embed.0.weight", 0)));
    NameTable heads = boxes == Boxes.PREDICTED ? tied(detr) : HEADS;
    return new RenamedArchitecture(detr, TRANSFORMER.and(QUERIES).and(heads), Set.of());
  }

  private static Boxes boxes(BareCheckpoint checkpoint) {
    if (checkpoint.hasAny("transformer.pos_trans.")) {
      return Boxes.TWO_STAGE;
    }
    return checkpoint.hasAny("transformer.decoder.bbox_embed.") ? Boxes.REFINED : Boxes.PREDICTED;
  }

  /** One head under the names of all layers. */
  private static NameTable tied(DeformableDetrArchitecture detr) {
    return NameTable.parse(
        IntStream.range(0, detr.transformer().decoder().count())
            .mapToObj(
                i ->
                    "class_embed.0. class_embed.%1$d.\nbbox_embed.0. bbox_embed.%1$d.".formatted(i))
            .collect(Collectors.joining("\n")));
  }
}
