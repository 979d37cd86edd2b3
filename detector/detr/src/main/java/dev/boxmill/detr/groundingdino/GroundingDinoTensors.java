package dev.boxmill.detr.groundingdino;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.deformable.DeformableTensors;
import dev.boxmill.detr.deformable.DeformableTransformer;
import dev.boxmill.detr.deformable.DeformableTransformer.DeformableLayers;
import dev.boxmill.detr.transformer.TransformerTensors;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The tensors of a Grounding DINO: each name in the program, and its names in transformers'
 * checkpoints. Tied heads lie in files under any or all of their names.
 */
final class GroundingDinoTensors {
  static final String TEXT = "model.text_backbone.";

  private final GroundingDinoArchitecture network;
  private final DeformableTransformer transformer;
  private final int width;
  private final TransformerTensors tensors;

  private GroundingDinoTensors(GroundingDinoArchitecture network) {
    this.network = network;
    this.transformer = network.transformer();
    this.width = transformer.width();
    this.tensors = new TransformerTensors(width, name -> name);
  }

  static List<ExpectedTensor> of(GroundingDinoArchitecture network) {
    GroundingDinoTensors own = new GroundingDinoTensors(network);
    own.images();
    own.words();
    for (int i = 0; i < own.transformer.encoder().count(); i++) {
      own.encoderLayer("encoder." + i, "model.encoder.layers." + i + ".");
    }
    own.selection();
    for (int i = 0; i < own.layers(); i++) {
      own.decoderLayer("decoder." + i, "model.decoder.layers." + i + ".");
    }
    own.heads();
    return own.tensors.all();
  }

  private void images() {
    tensors.addAll(network.backbone().tensors(DeformableTensors.BACKBONE_PREFIXES));
    DeformableTensors.levels(
        tensors, transformer, network.backbone().widths(), "model.input_proj_vision.");
  }

  private void words() {
    tensors.addAll(network.text().tensors(TEXT));
    tensors.linear("bert.projection", width, network.text().width(), "model.text_projection");
  }

  private void encoderLayer(String program, String name) {
    fusion(program + ".fusion", name + "fusion_layer.");
    textLayer(program + ".text", name + "text_enhancer_layer.");
    String layer = name + "deformable_layer";
    deformableAttention(program + ".self", layer + ".self_attn", transformer.encoder());
    tensors.norm(program + ".self.norm", layer + ".self_attn_layer_norm");
    tensors.feedForward(program, transformer.encoder().feedForward(), layer);
  }

  private void fusion(String program, String name) {
    int inside = transformer.encoder().feedForward() / 2;
    tensors.norm(program + ".image.norm", name + "layer_norm_vision");
    tensors.norm(program + ".text.norm", name + "layer_norm_text");
    tensors.linear(program + ".image.query", inside, width, name + "attn.vision_proj");
    tensors.linear(program + ".text.key", inside, width, name + "attn.text_proj");
    tensors.linear(program + ".image.value", inside, width, name + "attn.values_vision_proj");
    tensors.linear(program + ".text.value", inside, width, name + "attn.values_text_proj");
    tensors.linear(program + ".image.out", width, inside, name + "attn.out_vision_proj");
    tensors.linear(program + ".text.out", width, inside, name + "attn.out_text_proj");
    tensors.tensor(program + ".image.scale", List.of(width), name + "vision_param");
    tensors.tensor(program + ".text.scale", List.of(width), name + "text_param");
  }

  private void textLayer(String program, String name) {
    int inside = transformer.encoder().feedForward() / 2;
    attention(program + ".self", name + "self_attn.");
    tensors.norm(program + ".self.norm", name + "layer_norm_before");
    tensors.linear(program + ".fc1", inside, width, name + "fc1");
    tensors.linear(program + ".fc2", width, inside, name + "fc2");
    tensors.norm(program + ".norm", name + "layer_norm_after");
  }

  private void attention(String program, String name) {
    tensors.linear(program + ".q", name + "query");
    tensors.linear(program + ".k", name + "key");
    tensors.linear(program + ".v", name + "value");
    tensors.linear(program + ".out", name + "out_proj");
  }

  private void decoderLayer(String program, String name) {
    attention(program + ".self", name + "self_attn.");
    tensors.norm(program + ".self.norm", name + "self_attn_layer_norm");
    attention(program + ".text", name + "encoder_attn_text.");
    tensors.norm(program + ".text.norm", name + "encoder_attn_text_layer_norm");
    deformableAttention(program + ".cross", name + "encoder_attn", transformer.decoder());
    tensors.norm(program + ".cross.norm", name + "encoder_attn_layer_norm");
    tensors.linear(program + ".fc1", transformer.decoder().feedForward(), width, name + "fc1");
    tensors.linear(program + ".fc2", width, transformer.decoder().feedForward(), name + "fc2");
    tensors.norm(program + ".norm", name + "final_layer_norm");
  }

  private void deformableAttention(String program, String name, DeformableLayers layers) {
    int samples = layers.heads() * transformer.scales().count() * layers.points();
    DeformableTensors.attention(tensors, program, name, width, samples);
  }

  private void selection() {
    tensors.linear("query.output", "model.enc_output");
    tensors.norm("query.norm", "model.enc_output_norm");
    tensors.tensor(
        "query.content",
        List.of(network.queries(), width),
        "model.query_position_embeddings.weight");
    tensors.norm("decoder.norm", "model.decoder.layer_norm");
    tensors.mlp(
        "decoder.position",
        List.of(2 * width, width, width),
        "model.decoder.reference_points_head");
  }

  private void heads() {
    box("query.box", "model.encoder_output_bbox_embed");
    if (network.heads().oneBox()) {
      box("decoder.box", ofLayers("bbox_embed"));
    }
    for (int i = 0; i < layers() && !network.heads().oneBox(); i++) {
      box("decoder." + i + ".box", ofLayer("bbox_embed", i));
    }
    if (network.heads().scaled()) {
      scores();
    }
  }

  private void scores() {
    bias("query", "model.encoder_output_class_embed");
    if (network.heads().oneScore()) {
      bias("decoder", ofLayers("class_embed"));
    }
    for (int i = 0; i < layers() && !network.heads().oneScore(); i++) {
      bias("decoder." + i, ofLayer("class_embed", i));
    }
  }

  private void box(String program, String... names) {
    tensors.mlp(program, List.of(width, width, width, 4), names);
  }

  private void bias(String program, String... names) {
    String[] all = Stream.of(names).map(name -> name + ".bias").toArray(String[]::new);
    tensors.tensor(program + ".class.bias", List.<Long>of(), all);
  }

  private String[] ofLayers(String name) {
    return IntStream.range(0, layers())
        .mapToObj(i -> ofLayer(name, i))
        .flatMap(Stream::of)
        .toArray(String[]::new);
  }

  private static String[] ofLayer(String name, int layer) {
    return new String[] {name + "." + layer, "model.decoder." + name + "." + layer};
  }

  private int layers() {
    return transformer.decoder().count();
  }
}
