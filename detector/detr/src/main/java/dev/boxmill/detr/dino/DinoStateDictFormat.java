package dev.boxmill.detr.dino;

import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.RenamedArchitecture;
import dev.boxmill.detr.architecture.StateDictFormat;
import dev.boxmill.detr.backbone.Backbones;
import dev.boxmill.detr.deformable.DeformableDetrStateDictFormat;
import dev.boxmill.detr.deformable.DeformableTransformer;
import dev.boxmill.detr.deformable.DeformableTransformer.MapPositionEmbedding;
import dev.boxmill.detr.deformable.DeformableTransformer.Scales;
import dev.boxmill.detr.deformable.StateDictDeformableTransformer;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.statedict.StateDict;
import dev.boxmill.detr.transformer.PositionEmbedding;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A DINO as its authors' code or detrex saves it.
 *
 * @param source whose code named the tensors
 */
public record DinoStateDictFormat(Source source) implements StateDictFormat {
  private static final String QUERIES = "transformer.tgt_embed.weight";

  /** The labels' embedding, which denoising trains with. */
  private static final Set<String> IGNORED = Set.of("label_enc.weight");

  /** Whose code named the tensors; each has position embeddings of its own. */
  public enum Source {
    /** IDEA-Research/DINO. */
    ORIGINAL(
        StateDictDeformableTransformer.ORIGINAL,
        new MapPositionEmbedding(PositionEmbedding.SINE, 20, 1)) {
      @Override
      KeyMapping names(DeformableTransformer transformer) {
        return KeyMapping.read(DinoStateDictFormat.class, "original.keys")
            .and(DeformableDetrStateDictFormat.TRANSFORMER);
      }
    },

    /** IDEA-Research/detrex, which counts the maps beyond the backbone's from 0. */
    DETREX(
        StateDictDeformableTransformer.DETREX,
        new MapPositionEmbedding(PositionEmbedding.SINE, 10000, 0.5)) {
      @Override
      KeyMapping names(DeformableTransformer transformer) {
        Scales scales = transformer.scales();
        String added =
            IntStream.range(scales.ofBackbone(), scales.count())
                .mapToObj(level -> addedMap(level, level - scales.ofBackbone()))
                .collect(Collectors.joining());
        return KeyMapping.read(DinoStateDictFormat.class, "detrex.keys")
            .and(KeyMapping.parse(added))
            .and(KeyMapping.parse(encoderHeads(transformer.decoder().count())))
            .and(Backbones.KEYS);
      }
    };

    private final StateDictDeformableTransformer transformer;
    private final MapPositionEmbedding positions;

    Source(StateDictDeformableTransformer transformer, MapPositionEmbedding positions) {
      this.transformer = transformer;
      this.positions = positions;
    }

    /** How each tensor of a network of these sizes is called. */
    abstract KeyMapping names(DeformableTransformer transformer);

    /** They stand behind those of the decoder's layers. */
    private static String encoderHeads(int index) {
      return """
          model.encoder.class_embed.  class_embed.%1$d.
          model.encoder.class_embed.  transformer.decoder.class_embed.%1$d.
          model.encoder.bbox_embed.   bbox_embed.%1$d.
          model.encoder.bbox_embed.   transformer.decoder.bbox_embed.%1$d.
          """
          .formatted(index);
    }

    private static String addedMap(int level, int index) {
      return """
          model.input_proj.%1$d.0.  neck.extra_convs.%2$d.conv.
          model.input_proj.%1$d.1.  neck.extra_convs.%2$d.norm.
          """
          .formatted(level, index);
    }
  }

  /** Those of both code bases. */
  public static List<StateDictFormat> all() {
    return Stream.of(Source.values()).<StateDictFormat>map(DinoStateDictFormat::new).toList();
  }

  /** One name for both: the tensors' names say which of the two it is. */
  @Override
  public String name() {
    return "dino";
  }

  @Override
  public boolean fits(StateDict checkpoint) {
    return source.transformer.isIn(checkpoint) && checkpoint.has(QUERIES);
  }

  @Override
  public Architecture architecture(StateDict checkpoint) {
    DeformableTransformer sizes = source.transformer.read(checkpoint, source.positions);
    DinoArchitecture dino =
        new DinoArchitecture(
            Backbones.find(checkpoint, 32),
            sizes,
            checkpoint.size(QUERIES, 0),
            ClassNames.ofClasses(checkpoint.size("class_embed.0.weight", 0)));
    return new RenamedArchitecture(dino, source.names(sizes), IGNORED);
  }
}
