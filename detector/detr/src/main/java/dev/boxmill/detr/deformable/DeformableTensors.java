package dev.boxmill.detr.deformable;

import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.transformer.TransformerTensors;
import java.util.List;

/**
 * Collects the tensors of a backbone and a deformable transformer on it, under the names of Hugging
 * Face's checkpoints: those that transformers 4 writes (and 5, by default), and what its version 5
 * calls the modules.
 */
public final class DeformableTensors {

  /** What may stand before the backbone's names. */
  public static final List<String> BACKBONE_PREFIXES =
      List.of(
          "model.backbone.conv_encoder.model.",
          "model.backbone.conv_encoder.model._backbone.",
          "model.backbone.model.");

  private final DeformableTransformer transformer;
  private final int width;
  private final TransformerTensors tensors;

  private DeformableTensors(DeformableTransformer transformer) {
    this.transformer = transformer;
    this.width = transformer.width();
    this.tensors = new TransformerTensors(width, DeformableTensors::version5);
  }

  /** The backbone's and the transformer's; queries and heads are for the caller to add. */
  public static TransformerTensors of(Backbone backbone, DeformableTransformer transformer) {
    DeformableTensors own = new DeformableTensors(transformer);
    own.tensors.addAll(backbone.tensors(BACKBONE_PREFIXES));
    own.levels(backbone.widths());
    for (int i = 0; i < transformer.encoder().count(); i++) {
      own.encoderLayer("encoder." + i, "model.encoder.layers." + i);
    }
    for (int i = 0; i < transformer.decoder().count(); i++) {
      own.decoderLayer("decoder." + i, "model.decoder.layers." + i);
    }
    return own.tensors;
  }

  private void levels(List<Integer> backboneWidths) {
    levels(tensors, transformer, backboneWidths, "model.input_proj.");
    tensors.positions(transformer.positions().source(), "model.backbone.position_embedding");
  }

  /**
   * Adds those that bring the backbone's maps to the transformer's width, and the levels' table.
   *
   * @param backboneWidths channels of C2 to C5
   * @param name of the projections, before their number
   */
  public static void levels(
      TransformerTensors tensors,
      DeformableTransformer transformer,
      List<Integer> backboneWidths,
      String name) {
    int width = transformer.width();
    int count = transformer.scales().count();
    for (int i = 0; i < count; i++) {
      int kernel = i < transformer.scales().ofBackbone() ? 1 : 3;
      int in = transformer.channels(backboneWidths, i);
      String program = "level." + i;
      tensors.tensor(
          program + ".weight", List.of(width, in, kernel, kernel), name + i + ".0.weight");
      if (transformer.projectionsBiased()) {
        tensors.tensor(program + ".bias", List.of(width), name + i + ".0.bias");
      }
      tensors.norm(program + ".norm", name + i + ".1");
    }
    tensors.tensor("levels", List.of(count, width), "model.level_embed");
  }

  private void encoderLayer(String program, String name) {
    deformableAttention(program + ".self", name + ".self_attn", transformer.encoder());
    tensors.norm(program + ".self.norm", name + ".self_attn_layer_norm");
    tensors.feedForward(program, transformer.encoder().feedForward(), name);
  }

  private void decoderLayer(String program, String name) {
    tensors.attention(program + ".self", name + ".self_attn");
    tensors.norm(program + ".self.norm", name + ".self_attn_layer_norm");
    deformableAttention(program + ".cross", name + ".encoder_attn", transformer.decoder());
    tensors.norm(program + ".cross.norm", name + ".encoder_attn_layer_norm");
    tensors.feedForward(program, transformer.decoder().feedForward(), name);
  }

  private void deformableAttention(
      String program, String name, DeformableTransformer.DeformableLayers layers) {
    int samples = layers.heads() * transformer.scales().count() * layers.points();
    attention(tensors, program, name, width, samples);
  }

  /**
   * Adds those of one deformable attention.
   *
   * @param samples heads times levels times points
   */
  public static void attention(
      TransformerTensors tensors, String program, String name, int width, int samples) {
    tensors.linear(program + ".offsets", 2 * samples, width, name + ".sampling_offsets");
    tensors.linear(program + ".attention_weights", samples, width, name + ".attention_weights");
    tensors.linear(program + ".value", name + ".value_proj");
    tensors.linear(program + ".output", name + ".output_proj");
  }

  private static String version5(String name) {
    return name.replace("backbone.position_embedding", "position_embedding")
        .replace("self_attn.out_proj", "self_attn.o_proj")
        .replaceAll("(layers\\.\\d+)\\.(fc[12])\\.", "$1.mlp.$2.");
  }
}
