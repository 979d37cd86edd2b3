package dev.boxmill.detr.dab;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.transformer.TransformerTensors;
import java.util.List;
import java.util.function.UnaryOperator;

/** The tensors of a DAB-DETR: each name in the program, and its names in checkpoints. */
final class DabTensors {
  static final List<String> BACKBONE_PREFIXES =
      List.of("model.backbone.conv_encoder.model.", "model.backbone.conv_encoder.model._backbone.");

  private final DabArchitecture dab;
  private final int width;
  private final TransformerTensors tensors;

  private DabTensors(DabArchitecture dab) {
    this.dab = dab;
    this.width = dab.transformer().width();
    this.tensors = new TransformerTensors(width, UnaryOperator.identity());
  }

  static List<ExpectedTensor> of(DabArchitecture dab) {
    DabTensors all = new DabTensors(dab);
    all.tensors.addAll(dab.backbone().tensors(BACKBONE_PREFIXES));
    all.tensors.projection(dab.backbone().widths().get(3), "model.input_projection");
    all.queries();
    all.encoder();
    all.decoder();
    all.heads();
    return all.tensors.all();
  }

  private void queries() {
    List<Integer> shape = List.of(dab.anchors(), 4);
    tensors.tensor("anchors", shape, "model.query_refpoint_embeddings.weight");
    if (dab.content() == QueryContent.PATTERNS) {
      tensors.tensor("patterns", List.of(dab.patterns(), width), "model.patterns.weight");
    }
    if (dab.content() == QueryContent.NO_OBJECT) {
      List<Integer> embeddings = List.of(dab.classNames().size() + 1, width - 1);
      tensors.tensor("label_embeddings", embeddings, "model.label_embeddings.weight");
    }
  }

  private void encoder() {
    int inside = dab.transformer().encoder().feedForward();
    for (int i = 0; i < dab.transformer().encoder().count(); i++) {
      String name = "model.encoder.layers." + i;
      tensors.encoderLayer("encoder." + i, inside, name);
      slope("encoder." + i, name);
    }
    tensors.mlp("encoder.scale", List.of(width, width, width), "model.encoder.query_scale");
    if (dab.variant().encoderNorm()) {
      tensors.norm("encoder.norm", "model.encoder.norm");
    }
  }

  private void decoder() {
    for (int i = 0; i < dab.transformer().decoder().count(); i++) {
      String name = "model.decoder.layers." + i;
      selfAttention("decoder." + i + ".self", name + ".self_attn.self_attn");
      tensors.norm("decoder." + i + ".self.norm", name + ".self_attn.self_attn_layer_norm");
      crossAttention("decoder." + i + ".cross", name + ".cross_attn.cross_attn");
      if (i == 0 || dab.variant().keepsQueryPosition()) {
        String position = name + ".cross_attn.cross_attn_query_pos_proj";
        tensors.linear("decoder." + i + ".cross.q_position", position);
      }
      tensors.norm("decoder." + i + ".cross.norm", name + ".cross_attn.cross_attn_layer_norm");
      tensors.feedForward("decoder." + i, dab.transformer().decoder().feedForward(), name + ".mlp");
      slope("decoder." + i, name + ".mlp");
    }
    tensors.norm("decoder.norm", "model.decoder.layernorm");
    List<Integer> square = List.of(width, width, width);
    tensors.mlp("decoder.scale", square, "model.decoder.query_scale");
    tensors.mlp(
        "decoder.position", List.of(2 * width, width, width), "model.decoder.ref_point_head");
    tensors.mlp("decoder.size", List.of(width, width, 2), "model.decoder.ref_anchor_head");
  }

  private void selfAttention(String program, String name) {
    tensors.linear(program + ".q_content", name + "_query_content_proj");
    tensors.linear(program + ".q_position", name + "_query_pos_proj");
    tensors.linear(program + ".k_content", name + "_key_content_proj");
    tensors.linear(program + ".k_position", name + "_key_pos_proj");
    tensors.linear(program + ".v", name + "_value_proj");
    tensors.linear(program + ".out", name + ".output_proj");
  }

  private void crossAttention(String program, String name) {
    tensors.linear(program + ".q", name + "_query_content_proj");
    tensors.linear(program + ".sine", name + "_query_pos_sine_proj");
    tensors.linear(program + ".k", name + "_key_content_proj");
    tensors.linear(program + ".k_position", name + "_key_pos_proj");
    tensors.linear(program + ".v", name + "_value_proj");
    tensors.linear(program + ".out", name + ".output_proj");
  }

  private void slope(String program, String name) {
    if (dab.transformer().activation().equals("prelu")) {
      tensors.tensor(program + ".slope", List.of(1), name + ".activation_fn.weight");
    }
  }

  /** One head for boxes under two names: files hold either or both. */
  private void heads() {
    tensors.linear("class", dab.classNames().size(), width, "class_embed");
    tensors.mlp(
        "box", List.of(width, width, width, 4), "bbox_predictor", "model.decoder.bbox_embed");
  }
}
