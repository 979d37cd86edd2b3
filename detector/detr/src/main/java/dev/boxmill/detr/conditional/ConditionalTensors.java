package dev.boxmill.detr.conditional;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.transformer.TransformerTensors;
import java.util.List;

/**
 * The tensors of a Conditional DETR: each name in the program, and its names in checkpoints, the
 * ones that transformers 4 writes (and 5, by default) and what its version 5 calls the modules.
 */
final class ConditionalTensors {
  static final List<String> BACKBONE_PREFIXES =
      List.of(
          "model.backbone.conv_encoder.model.",
          "model.backbone.conv_encoder.model._backbone.",
          "model.backbone.model.");

  private ConditionalTensors() {}

  static List<ExpectedTensor> of(ConditionalArchitecture detr) {
    int width = detr.transformer().width();
    TransformerTensors tensors = new TransformerTensors(width, ConditionalTensors::version5);
    tensors.addAll(detr.backbone().tensors(BACKBONE_PREFIXES));
    tensors.positions(detr.positions(), "model.backbone.position_embedding");
    tensors.projection(detr.backbone().widths().get(3), "model.input_projection");
    tensors.tensor(
        "queries", List.of(detr.queries(), width), "model.query_position_embeddings.weight");
    for (int i = 0; i < detr.transformer().encoder().count(); i++) {
      int inside = detr.transformer().encoder().feedForward();
      tensors.encoderLayer("encoder." + i, inside, "model.encoder.layers." + i);
    }
    decoder(tensors, detr);
    tensors.linear("class", detr.classNames().size(), width, "class_labels_classifier");
    tensors.mlp("box", List.of(width, width, width, 4), "bbox_predictor");
    return tensors.all();
  }

  private static void decoder(TransformerTensors tensors, ConditionalArchitecture detr) {
    int width = detr.transformer().width();
    for (int i = 0; i < detr.transformer().decoder().count(); i++) {
      String name = "model.decoder.layers." + i;
      attentions(tensors, "decoder." + i, name);
      if (i == 0) {
        tensors.linear("decoder.0.cross.q_position", name + ".ca_qpos_proj");
      }
      tensors.feedForward("decoder." + i, detr.transformer().decoder().feedForward(), name);
    }
    tensors.norm("decoder.norm", "model.decoder.layernorm");
    tensors.mlp("decoder.scale", List.of(width, width, width), "model.decoder.query_scale");
    tensors.mlp("decoder.reference", List.of(width, width, 2), "model.decoder.ref_point_head");
  }

  private static void attentions(TransformerTensors tensors, String program, String name) {
    tensors.linear(program + ".self.q_content", name + ".sa_qcontent_proj");
    tensors.linear(program + ".self.q_position", name + ".sa_qpos_proj");
    tensors.linear(program + ".self.k_content", name + ".sa_kcontent_proj");
    tensors.linear(program + ".self.k_position", name + ".sa_kpos_proj");
    tensors.linear(program + ".self.v", name + ".sa_v_proj");
    tensors.linear(program + ".self.out", name + ".self_attn.out_proj");
    tensors.norm(program + ".self.norm", name + ".self_attn_layer_norm");
    tensors.linear(program + ".cross.q", name + ".ca_qcontent_proj");
    tensors.linear(program + ".cross.sine", name + ".ca_qpos_sine_proj");
    tensors.linear(program + ".cross.k", name + ".ca_kcontent_proj");
    tensors.linear(program + ".cross.k_position", name + ".ca_kpos_proj");
    tensors.linear(program + ".cross.v", name + ".ca_v_proj");
    tensors.linear(program + ".cross.out", name + ".encoder_attn.out_proj");
    tensors.norm(program + ".cross.norm", name + ".encoder_attn_layer_norm");
  }

  private static String version5(String name) {
    return name.replace("backbone.position_embedding", "position_embedding")
        .replace("out_proj", "o_proj")
        .replace("ca_qpos_sine_proj", "encoder_attn.q_pos_sine_proj")
        .replaceAll("\\.sa_([qk])(content|pos)_proj", ".self_attn.$1_$2_proj")
        .replaceAll("\\.ca_([qk])(content|pos)_proj", ".encoder_attn.$1_$2_proj")
        .replace(".sa_v_proj", ".self_attn.v_proj")
        .replace(".ca_v_proj", ".encoder_attn.v_proj")
        .replaceAll("(layers\\.\\d+)\\.(fc[12])\\.", "$1.mlp.$2.");
  }
}
