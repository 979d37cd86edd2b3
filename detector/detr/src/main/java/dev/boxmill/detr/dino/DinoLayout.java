package dev.boxmill.detr.dino;

import dev.boxmill.detr.Architecture;
import dev.boxmill.detr.Labels;
import dev.boxmill.detr.deformable.BareTransformer;
import dev.boxmill.detr.deformable.DeformableDetrLayout;
import dev.boxmill.detr.deformable.DeformableTransformer;
import dev.boxmill.detr.deformable.DeformableTransformer.MapPositions;
import dev.boxmill.detr.deformable.DeformableTransformer.Scales;
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
import java.util.stream.Stream;

/**
 * A DINO as its authors' code or detrex saves it.
 *
 * @param source whose code named the tensors
 */
public record DinoLayout(Source source) implements KeyLayout {
  private static final String QUERIES = "transformer.tgt_embed.weight";

  /** The labels' embedding, which denoising trains with. */
  private static final Set<String> IGNORED = Set.of("label_enc.weight");

  /** Whose code named the tensors; each has position embeddings of its own. */
  public enum Source {
    /** IDEA-Research/DINO. */
    ORIGINAL(BareTransformer.ORIGINAL, new MapPositions(Positions.SINE, 20, 1)) {
      @Override
      NameTable names(DeformableTransformer transformer) {
        return NameTable.read(DinoLayout.class, "original.names")
            .and(DeformableDetrLayout.TRANSFORMER);
      }
    },

    /** IDEA-Research/detrex, which counts the maps beyond the backbone's anew. */
    DETREX(BareTransformer.DETREX, new MapPositions(Positions.SINE, 10000, 0.5)) {
      @Override
      NameTable names(DeformableTransformer transformer) {
        Scales scales = transformer.scales();
        String added =
            IntStream.range(scales.ofBackbone(), scales.count())
                .mapToObj(level -> addedMap(level, level - scales.ofBackbone()))
                .collect(Collectors.joining());
        return NameTable.read(DinoLayout.class, "detrex.names")
            .and(NameTable.parse(added))
            .and(NameTable.parse(encoderHeads(transformer.decoder().count())))
            .and(BareBackbone.NAMES);
      }
    };

    private final BareTransformer transformer;
    private final MapPositions positions;

    Source(BareTransformer transformer, MapPositions positions) {
      this.transformer = transformer;
      this.positions = positions;
    }

    /** How each tensor of a network of these sizes is called. */
    abstract NameTable names(DeformableTransformer transformer);

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
  public static List<KeyLayout> all() {
    return Stream.of(Source.values()).<KeyLayout>map(DinoLayout::new).toList();
  }

  /** One name for both: the tensors tell whose they are. */
  @Override
  public String name() {
    return "dino";
  }

  @Override
  public boolean fits(BareCheckpoint checkpoint) {
    return source.transformer.isIn(checkpoint) && checkpoint.has(QUERIES);
  }

  @Override
  public Architecture architecture(BareCheckpoint checkpoint) {
    DeformableTransformer sizes = source.transformer.read(checkpoint, source.positions);
    DinoArchitecture dino =
        new DinoArchitecture(
            BareBackbone.read(checkpoint, 32),
            sizes,
            checkpoint.size(QUERIES, 0),
            Labels.ofClasses(checkpoint.size("class_embed.0.weight", 0)));
    return new RenamedArchitecture(dino, source.names(sizes), IGNORED);
  }
}
