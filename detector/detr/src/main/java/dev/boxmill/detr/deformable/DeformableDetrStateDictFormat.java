package dev.boxmill.detr.deformable;

import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.RenamedArchitecture;
import dev.boxmill.detr.architecture.StateDictFormat;
import dev.boxmill.detr.backbone.Backbones;
import dev.boxmill.detr.deformable.DeformableDetrArchitecture.Boxes;
import dev.boxmill.detr.deformable.DeformableTransformer.MapPositionEmbedding;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.statedict.StateDict;
import dev.boxmill.detr.transformer.PositionEmbedding;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A Deformable DETR as its authors' code saves it. The tensors of a network of one scale with a
 * dilated last stage (DC5) look like those of one without.
 */
public record DeformableDetrStateDictFormat(String name, int outputStride)
    implements StateDictFormat {

  /** Names that DINO's code has from this one. */
  public static final KeyMapping TRANSFORMER =
      KeyMapping.read(DeformableDetrStateDictFormat.class, "original.keys").and(Backbones.KEYS);

  private static final KeyMapping QUERIES =
      KeyMapping.read(DeformableDetrStateDictFormat.class, "original_queries.keys");
  private static final KeyMapping HEADS =
      KeyMapping.read(DeformableDetrStateDictFormat.class, "original_heads.keys");

  /** What the published two-stage networks select; no tensor's shape depends on it. */
  private static final int SELECTED = 300;

  /** Both with and without dilation. */
  public static List<StateDictFormat> all() {
    return List.of(
        new DeformableDetrStateDictFormat("deformable-detr", 32),
        new DeformableDetrStateDictFormat("deformable-detr-dc5", 16));
  }

  @Override
  public boolean fits(StateDict checkpoint) {
    return StateDictDeformableTransformer.ORIGINAL.isIn(checkpoint)
        && !checkpoint.hasAny("transformer.decoder.ref_point_head.")
        && (outputStride == 32 || mayBeDilated(checkpoint));
  }

  private static boolean mayBeDilated(StateDict checkpoint) {
    return checkpoint.size(StateDictDeformableTransformer.ORIGINAL.levels(), 0) == 1
        && Backbones.mayBeDilated(checkpoint);
  }

  @Override
  public Architecture architecture(StateDict checkpoint) {
    Boxes boxes = boxes(checkpoint);
    DeformableDetrArchitecture detr =
        new DeformableDetrArchitecture(
            Backbones.find(checkpoint, outputStride),
            StateDictDeformableTransformer.ORIGINAL.read(
                checkpoint, new MapPositionEmbedding(PositionEmbedding.SINE, 10000, 0.5)),
            boxes == Boxes.TWO_STAGE
                ? checkpoint.setting("queries", SELECTED)
                : checkpoint.size("query_embed.weight", 0),
            boxes,
            ClassNames.ofClasses(checkpoint.size("class_embed.0.weight", 0)));
    KeyMapping heads = boxes == Boxes.PREDICTED ? tied(detr) : HEADS;
    return new RenamedArchitecture(detr, TRANSFORMER.and(QUERIES).and(heads), Set.of());
  }

  private static Boxes boxes(StateDict checkpoint) {
    if (checkpoint.hasAny("transformer.pos_trans.")) {
      return Boxes.TWO_STAGE;
    }
    return checkpoint.hasAny("transformer.decoder.bbox_embed.") ? Boxes.REFINED : Boxes.PREDICTED;
  }

  /** One head under the names of all layers. */
  private static KeyMapping tied(DeformableDetrArchitecture detr) {
    return KeyMapping.parse(
        IntStream.range(0, detr.transformer().decoder().count())
            .mapToObj(
                i ->
                    "class_embed.0. class_embed.%1$d.\nbbox_embed.0. bbox_embed.%1$d.".formatted(i))
            .collect(Collectors.joining("\n")));
  }
}
