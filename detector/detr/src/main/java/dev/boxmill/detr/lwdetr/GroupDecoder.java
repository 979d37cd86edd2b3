package dev.boxmill.detr.lwdetr;

import static dev.boxmill.detr.transformer.Transformer.requirePositive;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.deformable.DeformableTensors;
import dev.boxmill.detr.transformer.Transformer;
import dev.boxmill.detr.transformer.TransformerTensors;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The decoder and the selection of its queries: {@code lw_detr.py}. Training has several groups of
 * queries, of which the first counts afterwards (Chen et al., "Group DETR", 2022).
 *
 * @param width channels of its queries
 * @param selfHeads heads of the attention among queries
 * @param crossHeads heads of the attention to maps
 * @param points sampled by each head on each level
 * @param levels maps that it reads
 * @param feedForward channels inside the feed-forward networks
 * @param queries objects that it can find at most
 * @param groups of queries in the checkpoint
 */
public record GroupDecoder(
    int width,
    int layers,
    int selfHeads,
    int crossHeads,
    int points,
    int levels,
    int feedForward,
    String activation,
    int queries,
    int groups) {

  private static final Object[] ACTIVATIONS = {"relu", "silu", "gelu"};

  public GroupDecoder {
    requirePositive("decoder_layers", layers);
    requirePositive("decoder_self_attention_heads", selfHeads);
    requirePositive("decoder_cross_attention_heads", crossHeads);
    requirePositive("decoder_n_points", points);
    requirePositive("number of levels", levels);
    requirePositive("decoder_ffn_dim", feedForward);
    requirePositive("num_queries", queries);
    requirePositive("group_detr", groups);
    if (width % selfHeads != 0 || width % crossHeads != 0 || width % 4 != 0) {
      throw new IllegalArgumentException(
          "Invalid d_model: %d (must be a multiple of 4 and of both numbers of heads, %d and %d)"
              .formatted(width, selfHeads, crossHeads));
    }
  }

  /**
   * Reads its keys of a detector's {@code config.json}.
   *
   * @param levels maps that it reads
   */
  public static GroupDecoder parse(JsonConfig config, int levels) {
    config.ignores("auxiliary_loss", "disable_custom_kernels");
    config.allows("attention_bias", "all projections have one", true);
    config.allows("decoder_activation_function", "three activations are built in", ACTIVATIONS);
    return new GroupDecoder(
        config.integer("d_model", 256),
        config.integer("decoder_layers", 3),
        config.integer("decoder_self_attention_heads", 8),
        config.integer("decoder_cross_attention_heads", 16),
        config.integer("decoder_n_points", 4),
        levels,
        config.integer("decoder_ffn_dim", 2048),
        config.text("decoder_activation_function", "relu"),
        config.integer("num_queries", 300),
        config.integer("group_detr", 13));
  }

  /** Values of the constants that the program's files name. */
  public Map<String, Object> constants() {
    return Map.of(
        "DECODER_LAYERS", layers,
        "SELF_HEADS", selfHeads,
        "CROSS_HEADS", crossHeads,
        "POINTS", points,
        "DECODER_ACTIVATION", activation,
        "QUERIES", queries,
        "NORM_EPS", Transformer.NORM_EPS);
  }

  /** Adds its tensors, under the names of transformers' modules. */
  public void addTo(TransformerTensors tensors, int classes) {
    List<Integer> box = List.of(width, width, width, 4);
    int all = groups * queries;
    tensors.tensor("query.content", List.of(all, width), "model.query_feat.weight");
    tensors.tensor("query.references", List.of(all, 4), "model.reference_point_embed.weight");
    tensors.linear("query.output", "model.enc_output.0");
    tensors.norm("query.norm", "model.enc_output_norm.0");
    tensors.linear("query.class", classes, width, "model.enc_out_class_embed.0");
    tensors.mlp("query.box", box, "model.enc_out_bbox_embed.0");
    tensors.mlp(
        "decoder.position", List.of(2 * width, width, width), "model.decoder.ref_point_head");
    for (int i = 0; i < layers; i++) {
      addLayer(tensors, "decoder." + i, "model.decoder.layers." + i);
    }
    tensors.norm("decoder.norm", "model.decoder.layernorm");
    tensors.linear("class", classes, width, "class_embed");
    tensors.mlp("box", box, "bbox_embed");
  }

  private void addLayer(TransformerTensors tensors, String program, String name) {
    for (String part : List.of("q", "k", "v")) {
      tensors.linear(program + ".self." + part, name + ".self_attn." + part + "_proj");
    }
    tensors.linear(program + ".self.out", name + ".self_attn.o_proj");
    tensors.norm(program + ".self.norm", name + ".self_attn_layer_norm");
    int samples = crossHeads * levels * points;
    DeformableTensors.attention(tensors, program + ".cross", name + ".cross_attn", width, samples);
    tensors.norm(program + ".cross.norm", name + ".cross_attn_layer_norm");
    tensors.linear(program + ".fc1", feedForward, width, name + ".mlp.fc1");
    tensors.linear(program + ".fc2", width, feedForward, name + ".mlp.fc2");
    tensors.norm(program + ".norm", name + ".layer_norm");
  }

  /** Names of what the other groups have for themselves. */
  public Set<String> ignoredTensors() {
    Set<String> ignored = new HashSet<>();
    for (int group = 1; group < groups; group++) {
      for (String end : List.of(".weight", ".bias")) {
        ignored.add("model.enc_output." + group + end);
        ignored.add("model.enc_output_norm." + group + end);
        ignored.add("model.enc_out_class_embed." + group + end);
        for (int layer = 0; layer < 3; layer++) {
          ignored.add("model.enc_out_bbox_embed." + group + ".layers." + layer + end);
        }
      }
    }
    return ignored;
  }
}
