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
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A DINO as its authors' code or detrex saves it; and a Co-DINO (Zong et al., "DETRs with
 * Collaborative Hybrid Assignments Training", 2023), of which one is left at inference, as its
 * authors' code on mmdetection does.
 *
 * @param source whose code named the tensors
 */
public record DinoStateDictFormat(Source source) implements StateDictFormat {

  /** The labels' embedding, which denoising trains with. */
  private static final Pattern LABELS = Pattern.compile("label_enc\\.weight");

  /**
   * Of Co-DINO what training alone reads: the labels' embedding, what makes queries of the other
   * heads' boxes, and these heads: an RPN with Faster R-CNN's, and ATSS'.
   */
  private static final Pattern OTHER_HEADS =
      Pattern.compile(
          "query_head\\.(label_embedding\\.weight|downsample\\.[01]\\.(weight|bias))"
              + "|query_head\\.transformer\\.(aux_pos_trans|pos_feats)(_trans)?(_norm)?\\.\\d+\\.(weight|bias)"
              + "|rpn_head\\.rpn_(conv|cls|reg)\\.(weight|bias)"
              + "|roi_head\\.\\d+\\.bbox_head\\.(shared_fcs\\.\\d+|fc_cls|fc_reg)\\.(weight|bias)"
              + "|bbox_head\\.\\d+\\.(cls|reg)_convs\\.\\d+\\.(conv|gn)\\.(weight|bias)"
              + "|bbox_head\\.\\d+\\.atss_(cls|reg|centerness)\\.(weight|bias)"
              + "|bbox_head\\.\\d+\\.scales\\.\\d+\\.scale");

  /** Whose code named the tensors; each has position embeddings of its own. */
  public enum Source {
    /** IDEA-Research/DINO. */
    ORIGINAL(
        "dino",
        StateDictDeformableTransformer.ORIGINAL,
        new MapPositionEmbedding(PositionEmbedding.SINE, 20, 1),
        "transformer.tgt_embed.weight",
        "class_embed.0.weight",
        LABELS) {
      @Override
      KeyMapping names(DeformableTransformer transformer) {
        return KeyMapping.read(DinoStateDictFormat.class, "original.keys")
            .and(DeformableDetrStateDictFormat.TRANSFORMER);
      }
    },

    /** IDEA-Research/detrex, which counts the maps beyond the backbone's from 0. */
    DETREX(
        "dino",
        StateDictDeformableTransformer.DETREX,
        new MapPositionEmbedding(PositionEmbedding.SINE, 10000, 0.5),
        "transformer.tgt_embed.weight",
        "class_embed.0.weight",
        LABELS) {
      @Override
      KeyMapping names(DeformableTransformer transformer) {
        return KeyMapping.read(DinoStateDictFormat.class, "detrex.keys")
            .and(addedMaps(transformer.scales(), "norm"))
            .and(KeyMapping.parse(encoderHeads(transformer.decoder().count())))
            .and(Backbones.KEYS);
      }
    },

    /** Sense-X/Co-DETR. */
    CO_DETR(
        "co-dino",
        StateDictDeformableTransformer.ofMmcv("query_head."),
        new MapPositionEmbedding(PositionEmbedding.SINE, 20, 1),
        "query_head.transformer.query_embed.weight",
        "query_head.cls_branches.0.weight",
        OTHER_HEADS) {
      @Override
      KeyMapping names(DeformableTransformer transformer) {
        return KeyMapping.read(DinoStateDictFormat.class, "co_dino.keys")
            .and(addedMaps(transformer.scales(), "gn"))
            .and(KeyMapping.parse(encoderBranches(transformer.decoder().count())))
            .and(Backbones.KEYS);
      }
    };

    private final String text;
    private final StateDictDeformableTransformer transformer;
    private final MapPositionEmbedding positions;
    private final String queries;
    private final String classes;
    private final Pattern unread;

    Source(
        String text,
        StateDictDeformableTransformer transformer,
        MapPositionEmbedding positions,
        String queries,
        String classes,
        Pattern unread) {
      this.text = text;
      this.transformer = transformer;
      this.positions = positions;
      this.queries = queries;
      this.classes = classes;
      this.unread = unread;
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

    private static String encoderBranches(int index) {
      return """
          model.encoder.class_embed.          query_head.cls_branches.%1$d.
          model.encoder.bbox_embed.layers.0.  query_head.reg_branches.%1$d.0.
          model.encoder.bbox_embed.layers.1.  query_head.reg_branches.%1$d.2.
          model.encoder.bbox_embed.layers.2.  query_head.reg_branches.%1$d.4.
          """
          .formatted(index);
    }

    private static KeyMapping addedMaps(Scales scales, String norm) {
      return KeyMapping.parse(
          IntStream.range(scales.ofBackbone(), scales.count())
              .mapToObj(level -> addedMap(level, level - scales.ofBackbone(), norm))
              .collect(Collectors.joining()));
    }

    private static String addedMap(int level, int index, String norm) {
      return """
          model.input_proj.%1$d.0.  neck.extra_convs.%2$d.conv.
          model.input_proj.%1$d.1.  neck.extra_convs.%2$d.%3$s.
          """
          .formatted(level, index, norm);
    }
  }

  /** Those of all code bases. */
  public static List<StateDictFormat> all() {
    return Stream.of(Source.values()).<StateDictFormat>map(DinoStateDictFormat::new).toList();
  }

  /** One name for DINO's two: the tensors' names say which it is. */
  @Override
  public String name() {
    return source.text;
  }

  @Override
  public boolean fits(StateDict checkpoint) {
    return source.transformer.isIn(checkpoint)
        && checkpoint.has(source.queries)
        && checkpoint.has(source.classes);
  }

  @Override
  public Architecture architecture(StateDict checkpoint) {
    DeformableTransformer sizes = source.transformer.read(checkpoint, source.positions);
    DinoArchitecture dino =
        new DinoArchitecture(
            Backbones.find(checkpoint, 32),
            sizes,
            checkpoint.size(source.queries, 0),
            ClassNames.ofClasses(checkpoint.size(source.classes, 0)));
    return new RenamedArchitecture(dino, source.names(sizes), checkpoint.named(source.unread));
  }
}
