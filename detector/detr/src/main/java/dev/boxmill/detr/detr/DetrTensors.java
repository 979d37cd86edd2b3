package dev.boxmill.detr.detr;

import dev.boxmill.checkpoint.ExpectedTensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The tensors of a DETR: each name in the program, and its names in checkpoints. Where two are
 * given, the first is what transformers 4 writes (and 5, by default), the second what its version 5
 * calls the module.
 */
final class DetrTensors {
  private static final long LEARNED_POSITIONS = 50;

  private final DetrArchitecture detr;
  private final long width;
  private final List<ExpectedTensor> tensors = new ArrayList<>();

  DetrTensors(DetrArchitecture detr) {
    this.detr = detr;
    this.width = detr.width();
  }

  List<ExpectedTensor> all() {
    tensors.addAll(detr.backbone().tensors(DetrArchitecture.BACKBONE_PREFIXES));
    positions();
    int channels = detr.backbone().widths().get(3);
    tensor("projection.weight", List.of(width, channels, 1, 1), "model.input_projection.weight");
    tensor("projection.bias", List.of(width), "model.input_projection.bias");
    tensor("queries", List.of(detr.queries(), width), "model.query_position_embeddings.weight");
    for (int i = 0; i < detr.encoder().count(); i++) {
      encoderLayer("encoder." + i, "model.encoder.layers." + i);
    }
    for (int i = 0; i < detr.decoder().count(); i++) {
      decoderLayer("decoder." + i, "model.decoder.layers." + i);
    }
    norm("decoder.norm", "model.decoder.layernorm");
    linear("class", detr.labels().size() + 1, width, "class_labels_classifier");
    linear("box.0", width, width, "bbox_predictor.layers.0");
    linear("box.1", width, width, "bbox_predictor.layers.1");
    linear("box.2", 4, width, "bbox_predictor.layers.2");
    return List.copyOf(tensors);
  }

  private void positions() {
    if (detr.positions() == DetrArchitecture.Positions.LEARNED) {
      position("rows", "row_embeddings.weight");
      position("columns", "column_embeddings.weight");
    }
  }

  private void position(String program, String name) {
    tensor(
        "position." + program,
        List.of(LEARNED_POSITIONS, width / 2),
        "model.backbone.position_embedding." + name,
        "model.position_embedding." + name);
  }

  private void encoderLayer(String program, String name) {
    attention(program + ".self", name + ".self_attn");
    norm(program + ".self.norm", name + ".self_attn_layer_norm");
    feedForward(program, detr.encoder().feedForward(), name);
  }

  private void decoderLayer(String program, String name) {
    attention(program + ".self", name + ".self_attn");
    norm(program + ".self.norm", name + ".self_attn_layer_norm");
    attention(program + ".cross", name + ".encoder_attn");
    norm(program + ".cross.norm", name + ".encoder_attn_layer_norm");
    feedForward(program, detr.decoder().feedForward(), name);
  }

  private void attention(String program, String name) {
    linear(program + ".q", width, width, name + ".q_proj");
    linear(program + ".k", width, width, name + ".k_proj");
    linear(program + ".v", width, width, name + ".v_proj");
    linear(program + ".out", width, width, name + ".out_proj", name + ".o_proj");
  }

  private void feedForward(String program, long inside, String name) {
    linear(program + ".fc1", inside, width, name + ".fc1", name + ".mlp.fc1");
    linear(program + ".fc2", width, inside, name + ".fc2", name + ".mlp.fc2");
    norm(program + ".norm", name + ".final_layer_norm");
  }

  private void linear(String program, long out, long in, String... names) {
    tensor(program + ".weight", List.of(out, in), suffixed(names, ".weight"));
    tensor(program + ".bias", List.of(out), suffixed(names, ".bias"));
  }

  private void norm(String program, String name) {
    tensor(program + ".weight", List.of(width), name + ".weight");
    tensor(program + ".bias", List.of(width), name + ".bias");
  }

  private static String[] suffixed(String[] names, String suffix) {
    String[] all = new String[names.length];
    for (int i = 0; i < names.length; i++) {
      all[i] = names[i] + suffix;
    }
    return all;
  }

  private void tensor(String program, List<? extends Number> shape, String... names) {
    List<Long> sizes = shape.stream().map(Number::longValue).toList();
    tensors.add(new ExpectedTensor(List.of(names), program, sizes));
  }
}
