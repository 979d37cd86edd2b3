package dev.boxmill.detr.doclayout;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.FamilyMember;
import dev.boxmill.detr.architecture.FamilyMember.ModelType;
import dev.boxmill.detr.architecture.ForwardingArchitecture;
import dev.boxmill.detr.rtdetr.RtDetrArchitecture;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * PP-DocLayoutV2 (PaddlePaddle, 2025), as transformers' {@code PPDocLayoutV2ForObjectDetection} has
 * it: an RT-DETR, whose boxes a second network puts into the order in which they are read. That
 * network changes no box and no score: it is not computed, and boxes are in the order of their
 * scores.
 *
 * @param orderLayers of the second network
 */
public record DocLayoutArchitecture(Architecture network, int orderLayers)
    implements ForwardingArchitecture {

  /** Its entry in the family's registry. */
  public static final FamilyMember MEMBER =
      new FamilyMember(
          List.of(new ModelType(RtDetrArchitecture.DOC_LAYOUT, DocLayoutArchitecture::parse)),
          List.of());

  private static final String ORDER = "reading_order.";
  private static final List<String> ORDER_TABLES =
      List.of(
          "embeddings.word_embeddings",
          "embeddings.token_type_embeddings",
          "embeddings.position_embeddings",
          "embeddings.x_position_embeddings",
          "embeddings.y_position_embeddings",
          "embeddings.w_position_embeddings",
          "embeddings.h_position_embeddings",
          "label_embeddings",
          "encoder.rel_pos_bias",
          "encoder.rel_pos_x_bias",
          "encoder.rel_pos_y_bias");
  private static final List<String> ORDER_PARTS =
      List.of(
          "embeddings.norm",
          "embeddings.spatial_proj",
          "label_features_projection",
          "encoder.rel_bias_module.pos_proj",
          "relative_head.dense");
  private static final List<String> LAYER_PARTS =
      List.of(
          "attention.self.query",
          "attention.self.key",
          "attention.self.value",
          "attention.output.dense",
          "attention.output.norm",
          "intermediate.dense",
          "output.dense",
          "output.norm");

  /**
   * Reads a PP-DocLayoutV2's {@code config.json} with the library's defaults.
   *
   * @throws CheckpointException if a setting is not supported, or a key is unknown
   */
  public static DocLayoutArchitecture parse(JsonConfig config) {
    JsonConfig order = config.objectOrEmpty("reading_order_config");
    int layers = order.integer("num_hidden_layers", 6);
    // what that network is like, which boxes it puts in order, and the library's kinds of ResNets
    order.ignoresLike(Pattern.compile(".*"));
    config.ignores("class_thresholds", "class_order", "layer_types");
    return new DocLayoutArchitecture(RtDetrArchitecture.parse(config), layers);
  }

  @Override
  public Set<String> ignoredTensors() {
    Set<String> all = new HashSet<>(network.ignoredTensors());
    ORDER_TABLES.forEach(table -> all.add(ORDER + table + ".weight"));
    Stream.concat(ORDER_PARTS.stream(), layers())
        .flatMap(part -> Stream.of(part + ".weight", part + ".bias"))
        .forEach(name -> all.add(ORDER + name));
    return Set.copyOf(all);
  }

  private Stream<String> layers() {
    return Stream.iterate(0, i -> i < orderLayers, i -> i + 1)
        .flatMap(i -> LAYER_PARTS.stream().map(part -> "encoder.layer." + i + "." + part));
  }
}
