package dev.boxmill.detr.rtdetr;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.backbone.ConvNorm;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The tensors of an RT-DETR checkpoint, under the names of transformers 4 or 5, and the names that
 * {@code rt_detr.py} gives them.
 */
final class RtDetrTensors {

  private static final String MODEL = "model.";
  private static final List<String> BACKBONE_PREFIXES =
      List.of("model.backbone.model.", "model.backbone.model._backbone.");

  private static final int LEVELS = 3;

  private final RtDetrConfig config;
  private final List<ExpectedTensor> expected = new ArrayList<>();
  private final Set<String> ignored = new LinkedHashSet<>();

  private RtDetrTensors(RtDetrConfig config) {
    this.config = config;
  }

  static RtDetrTensors of(RtDetrConfig config) {
    RtDetrTensors tensors = new RtDetrTensors(config);
    tensors.expected.addAll(config.backbone().tensors(BACKBONE_PREFIXES));
    tensors.ignored.addAll(config.backbone().ignoredTensors(BACKBONE_PREFIXES));
    tensors.projections();
    tensors.encoder();
    tensors.querySelection();
    tensors.decoder();
    // the labels' embedding that training denoises with
    tensors.ignored.add(MODEL + "denoising_class_embed.weight");
    return tensors;
  }

  List<ExpectedTensor> expected() {
    return List.copyOf(expected);
  }

  /** Names that a file may hold without being read. */
  Set<String> ignored() {
    return Set.copyOf(ignored);
  }

  private void projections() {
    int encoder = config.encoder().dim();
    List<Integer> widths = config.backbone().widths();
    for (int i = 0; i < LEVELS; i++) {
      String in = MODEL + "encoder_input_proj." + i;
      convNorm(
          new ConvNorm(in + ".0", in + ".1", "encoder.input." + i, encoder, widths.get(i + 1), 1));
      String out = MODEL + "decoder_input_proj." + i;
      convNorm(
          new ConvNorm(
              out + ".0", out + ".1", "decoder.input." + i, config.decoder().dim(), encoder, 1));
    }
  }

  private void encoder() {
    RtDetrConfig.HybridEncoder encoder = config.encoder();
    String name = MODEL + "encoder.";
    for (int i = 0; i < encoder.encodedLevels().size(); i++) {
      for (int j = 0; j < encoder.layers(); j++) {
        String layer = name + "encoder." + i + ".layers." + j;
        attentionLayer(
            layer, "encoder.aifi." + i + "." + j, encoder.dim(), encoder.feedForwardDim());
      }
    }
    for (int i = 0; i < LEVELS - 1; i++) {
      conv(name + "lateral_convs." + i, "encoder.lateral." + i, encoder.dim(), encoder.dim(), 1);
      conv(name + "downsample_convs." + i, "encoder.reduce." + i, encoder.dim(), encoder.dim(), 3);
      cspBlock(name + "fpn_blocks." + i, "encoder.top_down." + i);
      cspBlock(name + "pan_blocks." + i, "encoder.bottom_up." + i);
    }
  }

  private void cspBlock(String name, String program) {
    int dim = config.encoder().dim();
    int inner = config.encoder().blockDim();
    conv(name + ".conv1", program + ".0", inner, 2 * dim, 1);
    conv(name + ".conv2", program + ".1", inner, 2 * dim, 1);
    if (inner != dim) {
      conv(name + ".conv3", program + ".2", dim, inner, 1);
    }
    for (int i = 0; i < 3; i++) {
      String rep = name + ".bottlenecks." + i;
      conv(rep + ".conv1", program + ".rep." + i + ".3x3", inner, inner, 3);
      conv(rep + ".conv2", program + ".rep." + i + ".1x1", inner, inner, 1);
    }
  }

  private void querySelection() {
    int dim = config.decoder().dim();
    linear(MODEL + "enc_output.0", "query.output", dim, dim);
    norm(MODEL + "enc_output.1", "query.norm", dim);
    linear(MODEL + "enc_score_head", "query.score", config.classNames().size(), dim);
    boxHead(List.of(MODEL + "enc_bbox_head."), "query.box");
    if (config.decoder().learnedQueries()) {
      expected.add(
          ExpectedTensor.of(
              MODEL + "weight_embedding.weight", "query.learned", config.decoder().queries(), dim));
    }
  }

  private void decoder() {
    RtDetrConfig.Decoder decoder = config.decoder();
    String name = MODEL + "decoder.";
    linear(name + "query_pos_head.layers.0", "decoder.position.0", 2 * decoder.dim(), 4);
    linear(
        name + "query_pos_head.layers.1", "decoder.position.1", decoder.dim(), 2 * decoder.dim());
    for (int i = 0; i < decoder.layers(); i++) {
      String layer = name + "layers." + i;
      attentionLayer(layer, "decoder." + i, decoder.dim(), decoder.feedForwardDim());
      norm(layer + ".encoder_attn_layer_norm", "decoder." + i + ".cross_norm", decoder.dim());
      deformableAttention(layer + ".encoder_attn.", "decoder." + i + ".cross.");
      heads(i);
    }
  }

  private void deformableAttention(String name, String program) {
    int dim = config.decoder().dim();
    int samples = config.decoder().heads() * LEVELS * config.decoder().points();
    linear(name + "sampling_offsets", program + "offsets", 2 * samples, dim);
    linear(name + "attention_weights", program + "shares", samples, dim);
    linear(name + "value_proj", program + "value", dim, dim);
    linear(name + "output_proj", program + "output", dim, dim);
    if (config.decoder().sampling().reachStored()) {
      int points = LEVELS * config.decoder().points();
      expected.add(ExpectedTensor.of(name + "n_points_scale", program + "reach", points));
    }
  }

  /** A layer's heads are one module under two names: files hold either or both. */
  private void heads(int layer) {
    String program = "decoder." + layer;
    List<String> score = List.of(MODEL + "decoder.class_embed." + layer, "class_embed." + layer);
    linear(score, program + ".score", config.classNames().size(), config.decoder().dim());
    boxHead(
        List.of(MODEL + "decoder.bbox_embed." + layer + ".", "bbox_embed." + layer + "."),
        program + ".box");
  }

  private void boxHead(List<String> names, String program) {
    int dim = config.decoder().dim();
    for (int i = 0; i < 3; i++) {
      String layer = "layers." + i;
      linear(names.stream().map(n -> n + layer).toList(), program + "." + i, i < 2 ? dim : 4, dim);
    }
  }

  private void attentionLayer(String name, String program, int dim, int feedForwardDim) {
    for (String part : List.of("q", "k", "v", "out")) {
      linear(name + ".self_attn." + part + "_proj", program + ".attention." + part, dim, dim);
    }
    norm(name + ".self_attn_layer_norm", program + ".attention_norm", dim);
    linear(name + ".fc1", program + ".fc1", feedForwardDim, dim);
    linear(name + ".fc2", program + ".fc2", dim, feedForwardDim);
    norm(name + ".final_layer_norm", program + ".output_norm", dim);
  }

  private void conv(String name, String program, int out, int in, int kernel) {
    convNorm(new ConvNorm(name + ".conv", name + ".norm", program, out, in, kernel));
  }

  private void convNorm(ConvNorm layer) {
    expected.addAll(layer.tensors());
    ignored.add(layer.counter());
  }

  private void linear(String name, String program, int out, int in) {
    linear(List.of(name), program, out, in);
  }

  private void linear(List<String> names, String program, int out, int in) {
    add(names, program, ".weight", List.of((long) out, (long) in));
    add(names, program, ".bias", List.of((long) out));
  }

  private void norm(String name, String program, int dim) {
    add(List.of(name), program, ".weight", List.of((long) dim));
    add(List.of(name), program, ".bias", List.of((long) dim));
  }

  private void add(List<String> names, String program, String part, List<Long> shape) {
    List<String> known = new ArrayList<>();
    for (String name : names) {
      known.add(name + part);
      String newer = version5(name);
      if (!newer.equals(name)) {
        known.add(newer + part);
      }
    }
    expected.add(new ExpectedTensor(known, program + part, shape));
  }

  /** The name that transformers 5 gives a module of transformers 4. */
  private static String version5(String name) {
    return name.replace("self_attn.out_proj", "self_attn.o_proj")
        .replaceAll("(layers\\.\\d+)\\.(fc[12])$", "$1.mlp.$2")
        .replaceAll("^(model\\.encoder)\\.encoder\\.(\\d+)\\.layers", "$1.aifi.$2.layers");
  }
}
