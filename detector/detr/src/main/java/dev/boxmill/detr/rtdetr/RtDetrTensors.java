package dev.boxmill.detr.rtdetr;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.backbone.ConvNorm;
import dev.boxmill.detr.deformable.DeformableTensors;
import dev.boxmill.detr.rtdetr.RtDetrArchitecture.Decoder;
import dev.boxmill.detr.rtdetr.RtDetrArchitecture.HybridEncoder;
import dev.boxmill.detr.transformer.TransformerTensors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The tensors of an RT-DETR: each name in the program, and its names in checkpoints, the ones that
 * transformers 4 writes and what its version 5 calls the modules.
 */
final class RtDetrTensors {
  private static final int LEVELS = 3;

  private static final List<String> BACKBONE_PREFIXES =
      List.of("model.backbone.model.", "model.backbone.model._backbone.");

  private final RtDetrArchitecture detr;
  private final HybridEncoder encoder;
  private final Decoder decoder;

  private RtDetrTensors(RtDetrArchitecture detr) {
    this.detr = detr;
    this.encoder = detr.encoder();
    this.decoder = detr.decoder();
  }

  static List<ExpectedTensor> of(RtDetrArchitecture detr) {
    RtDetrTensors tensors = new RtDetrTensors(detr);
    List<ExpectedTensor> all = new ArrayList<>(detr.backbone().tensors(BACKBONE_PREFIXES));
    tensors.convolutions().forEach(convolution -> all.addAll(convolution.tensors()));
    all.addAll(tensors.encoder());
    all.addAll(tensors.decoder());
    return List.copyOf(all);
  }

  /** Training counters, and the class embedding that training denoises with. */
  static Set<String> ignored(RtDetrArchitecture detr) {
    Set<String> all = new HashSet<>(detr.backbone().ignoredTensors(BACKBONE_PREFIXES));
    new RtDetrTensors(detr).convolutions().forEach(convolution -> all.add(convolution.counter()));
    all.add("model.denoising_class_embed.weight");
    return Set.copyOf(all);
  }

  private List<ConvNorm> convolutions() {
    List<ConvNorm> all = new ArrayList<>();
    for (int i = 0; i < LEVELS; i++) {
      int channels = detr.backbone().widths().get(i + 1);
      all.add(
          projection(
              "model.encoder_input_proj." + i, "encoder.input." + i, encoder.dim(), channels));
      all.add(
          projection(
              "model.decoder_input_proj." + i, "decoder.input." + i, decoder.dim(), encoder.dim()));
    }
    for (int i = 0; i < LEVELS - 1; i++) {
      int dim = encoder.dim();
      all.add(conv("model.encoder.lateral_convs." + i, "encoder.lateral." + i, dim, dim, 1));
      all.add(conv("model.encoder.downsample_convs." + i, "encoder.reduce." + i, dim, dim, 3));
      all.addAll(cspBlock("model.encoder.fpn_blocks." + i, "encoder.top_down." + i));
      all.addAll(cspBlock("model.encoder.pan_blocks." + i, "encoder.bottom_up." + i));
    }
    return all;
  }

  private List<ConvNorm> cspBlock(String name, String program) {
    int dim = encoder.dim();
    int inner = encoder.blockDim();
    List<ConvNorm> all = new ArrayList<>();
    all.add(conv(name + ".conv1", program + ".0", inner, 2 * dim, 1));
    all.add(conv(name + ".conv2", program + ".1", inner, 2 * dim, 1));
    if (inner != dim) {
      all.add(conv(name + ".conv3", program + ".2", dim, inner, 1));
    }
    for (int i = 0; i < 3; i++) {
      String rep = name + ".bottlenecks." + i;
      all.add(conv(rep + ".conv1", program + ".rep." + i + ".3x3", inner, inner, 3));
      all.add(conv(rep + ".conv2", program + ".rep." + i + ".1x1", inner, inner, 1));
    }
    return all;
  }

  private static ConvNorm projection(String name, String program, int out, int in) {
    return new ConvNorm(name + ".0", name + ".1", program, out, in, 1);
  }

  private static ConvNorm conv(String name, String program, int out, int in, int kernel) {
    return new ConvNorm(name + ".conv", name + ".norm", program, out, in, kernel);
  }

  private List<ExpectedTensor> encoder() {
    TransformerTensors tensors = new TransformerTensors(encoder.dim(), RtDetrTensors::version5);
    for (int i = 0; i < encoder.encodedLevels().size(); i++) {
      for (int j = 0; j < encoder.layers(); j++) {
        String name = "model.encoder.encoder." + i + ".layers." + j;
        tensors.encoderLayer("encoder.aifi." + i + "." + j, encoder.feedForwardDim(), name);
      }
    }
    return tensors.all();
  }

  private List<ExpectedTensor> decoder() {
    int dim = decoder.dim();
    TransformerTensors tensors = new TransformerTensors(dim, RtDetrTensors::version5);
    tensors.linear("query.output", "model.enc_output.0");
    tensors.norm("query.norm", "model.enc_output.1");
    tensors.linear("query.class", detr.classNames().size(), dim, "model.enc_score_head");
    tensors.mlp("query.box", List.of(dim, dim, dim, 4), "model.enc_bbox_head");
    if (decoder.learnedQueries()) {
      List<Integer> shape = List.of(decoder.queries(), dim);
      tensors.tensor("query.learned", shape, "model.weight_embedding.weight");
    }
    tensors.mlp("decoder.position", List.of(4, 2 * dim, dim), "model.decoder.query_pos_head");
    for (int i = 0; i < decoder.layers(); i++) {
      decoderLayer(tensors, "decoder." + i, "model.decoder.layers." + i);
      heads(tensors, i);
    }
    return tensors.all();
  }

  private void decoderLayer(TransformerTensors tensors, String program, String name) {
    int samples = decoder.heads() * LEVELS * decoder.points();
    tensors.attention(program + ".self", name + ".self_attn");
    tensors.norm(program + ".self.norm", name + ".self_attn_layer_norm");
    DeformableTensors.attention(
        tensors, program + ".cross", name + ".encoder_attn", decoder.dim(), samples);
    if (decoder.sampling().offsetScaleStored()) {
      String scale = name + ".encoder_attn.n_points_scale";
      tensors.tensor(program + ".cross.offset_scale", List.of(LEVELS * decoder.points()), scale);
    }
    tensors.norm(program + ".cross.norm", name + ".encoder_attn_layer_norm");
    tensors.feedForward(program, decoder.feedForwardDim(), name);
  }

  /** A layer's heads are one module under two names: files hold either or both. */
  private void heads(TransformerTensors tensors, int layer) {
    int dim = decoder.dim();
    String program = "decoder." + layer;
    tensors.linear(
        program + ".class",
        detr.classNames().size(),
        dim,
        "model.decoder.class_embed." + layer,
        "class_embed." + layer);
    tensors.mlp(
        program + ".box",
        List.of(dim, dim, dim, 4),
        "model.decoder.bbox_embed." + layer,
        "bbox_embed." + layer);
  }

  private static String version5(String name) {
    return name.replace("self_attn.out_proj", "self_attn.o_proj")
        .replaceAll("(layers\\.\\d+)\\.(fc[12])\\.", "$1.mlp.$2.")
        .replaceAll("^(model\\.encoder)\\.encoder\\.(\\d+)\\.layers", "$1.aifi.$2.layers");
  }
}
