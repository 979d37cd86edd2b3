package dev.boxmill.detr.detr;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.transformer.TransformerTensors;
import java.util.List;

/**
 * The tensors of a DETR: each name in the program, and its names in checkpoints, the ones that
 * transformers 4 writes (and 5, by default) and what its version 5 calls the modules.
 */
final class DetrTensors {
  private DetrTensors() {}

  static List<ExpectedTensor> of(DetrArchitecture detr) {
    int width = detr.transformer().width();
    TransformerTensors tensors = new TransformerTensors(width, DetrTensors::version5);
    tensors.addAll(detr.backbone().tensors(DetrArchitecture.BACKBONE_PREFIXES));
    tensors.positions(detr.positions(), "model.backbone.position_embedding");
    tensors.projection(detr.backbone().widths().get(3), "model.input_projection");
    tensors.tensor(
        "queries", List.of(detr.queries(), width), "model.query_position_embeddings.weight");
    for (int i = 0; i < detr.transformer().encoder().count(); i++) {
      int inside = detr.transformer().encoder().feedForward();
      tensors.encoderLayer("encoder." + i, inside, "model.encoder.layers." + i);
    }
    for (int i = 0; i < detr.transformer().decoder().count(); i++) {
      int inside = detr.transformer().decoder().feedForward();
      decoderLayer(tensors, "decoder." + i, inside, "model.decoder.layers." + i);
    }
    tensors.norm("decoder.norm", "model.decoder.layernorm");
    tensors.linear("class", detr.classNames().size() + 1, width, "class_labels_classifier");
    tensors.mlp("box", List.of(width, width, width, 4), "bbox_predictor");
    return tensors.all();
  }

  private static void decoderLayer(
      TransformerTensors tensors, String program, int inside, String name) {
    tensors.attention(program + ".self", name + ".self_attn");
    tensors.norm(program + ".self.norm", name + ".self_attn_layer_norm");
    tensors.attention(program + ".cross", name + ".encoder_attn");
    tensors.norm(program + ".cross.norm", name + ".encoder_attn_layer_norm");
    tensors.feedForward(program, inside, name);
  }

  private static String version5(String name) {
    return name.replace("backbone.position_embedding", "position_embedding")
        .replace("out_proj", "o_proj")
        .replaceAll("(layers\\.\\d+)\\.(fc[12])\\.", "$1.mlp.$2.");
  }
}
