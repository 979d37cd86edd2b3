package dev.boxmill.detr.dfine;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.backbone.ConvNorm;
import dev.boxmill.detr.transformer.TransformerTensors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The tensors of a D-FINE: each name in the program, and its names in checkpoints. */
final class DFineTensors {
  private static final List<String> BACKBONE_PREFIXES =
      List.of("model.backbone.model.", "model.backbone.model._backbone.");

  private final ElanEncoder encoder;
  private final FineDecoder decoder;
  private final FineTensors shared;

  private DFineTensors(DFineArchitecture network) {
    this.encoder = network.encoder();
    this.decoder = network.decoder();
    this.shared = new FineTensors(encoder, decoder, network.classNames().size());
  }

  static List<ExpectedTensor> of(DFineArchitecture network) {
    DFineTensors tensors = new DFineTensors(network);
    List<ExpectedTensor> all = new ArrayList<>(network.backbone().tensors(BACKBONE_PREFIXES));
    tensors.convolutions().forEach(convolution -> all.addAll(convolution.tensors()));
    tensors
        .split()
        .forEach(c -> all.addAll(ElanEncoder.halves(c, c.program() + ".0", c.program() + ".1")));
    all.addAll(tensors.shared.selfAttention());
    all.addAll(tensors.decoder());
    return List.copyOf(all);
  }

  static Set<String> ignored(DFineArchitecture network) {
    DFineTensors tensors = new DFineTensors(network);
    Set<String> all = new HashSet<>(network.backbone().ignoredTensors(BACKBONE_PREFIXES));
    tensors.convolutions().forEach(convolution -> all.add(convolution.counter()));
    tensors.split().forEach(convolution -> all.add(convolution.counter()));
    all.addAll(tensors.shared.ignored());
    return Set.copyOf(all);
  }

  private List<ConvNorm> convolutions() {
    List<ConvNorm> all = new ArrayList<>();
    for (int i = 0; i < encoder.levels(); i++) {
      int in = encoder.channels().get(i);
      all.add(projection("model.encoder_input_proj." + i, "encoder.input." + i, encoder.dim(), in));
      if (decoder.projected()) {
        String name = "model.decoder_input_proj." + i;
        all.add(projection(name, "decoder.input." + i, decoder.dim(), encoder.dim()));
      }
    }
    all.addAll(encoder.betweenLevels());
    for (int i = 0; i + 1 < encoder.levels(); i++) {
      all.addAll(block("model.encoder.fpn_blocks." + i, "encoder.top_down." + i));
      all.addAll(block("model.encoder.pan_blocks." + i, "encoder.bottom_up." + i));
    }
    return all;
  }

  /** The first of each block, whose halves the program computes apart. */
  private List<ConvNorm> split() {
    List<ConvNorm> all = new ArrayList<>();
    int dim = encoder.dim();
    for (int i = 0; i + 1 < encoder.levels(); i++) {
      String down = "model.encoder.fpn_blocks." + i + ".conv1";
      String up = "model.encoder.pan_blocks." + i + ".conv1";
      all.add(ElanEncoder.conv(down, "encoder.top_down." + i, 2 * dim, 2 * dim, 1));
      all.add(ElanEncoder.conv(up, "encoder.bottom_up." + i, 2 * dim, 2 * dim, 1));
    }
    return all;
  }

  private List<ConvNorm> block(String name, String program) {
    int dim = encoder.dim();
    int inner = encoder.branchDim();
    List<ConvNorm> all = new ArrayList<>();
    all.addAll(branch(name + ".csp_rep1", program + ".2", dim));
    all.add(ElanEncoder.conv(name + ".conv2", program + ".2.2", inner, inner, 3));
    all.addAll(branch(name + ".csp_rep2", program + ".3", inner));
    all.add(ElanEncoder.conv(name + ".conv3", program + ".3.2", inner, inner, 3));
    all.add(ElanEncoder.conv(name + ".conv4", program + ".4", dim, 2 * dim + 2 * inner, 1));
    return all;
  }

  private List<ConvNorm> branch(String name, String program, int in) {
    List<ConvNorm> all = new ArrayList<>(encoder.repBlocks(name, program));
    int inner = encoder.branchDim();
    all.add(ElanEncoder.conv(name + ".conv1", program + ".0", inner, in, 1));
    all.add(ElanEncoder.conv(name + ".conv2", program + ".1", inner, in, 1));
    return all;
  }

  private static ConvNorm projection(String name, String program, int out, int in) {
    return new ConvNorm(name + ".0", name + ".1", program, out, in, 1);
  }

  private List<ExpectedTensor> decoder() {
    int dim = decoder.dim();
    TransformerTensors tensors = FineTensors.collection(dim);
    tensors.linear("query.output", "model.enc_output.0");
    tensors.norm("query.norm", "model.enc_output.1");
    tensors.mlp("decoder.position", List.of(4, 2 * dim, dim), "model.decoder.query_pos_head");
    shared.addHeads(tensors, false);
    for (int i = 0; i < decoder.layers(); i++) {
      String name = "model.decoder.layers." + i;
      String program = "decoder." + i;
      shared.addAttention(tensors, program, name);
      tensors.norm(program + ".self.norm", name + ".self_attn_layer_norm");
      tensors.linear(program + ".gate", 2 * dim, 2 * dim, name + ".gateway.gate");
      tensors.norm(program + ".gate.norm", name + ".gateway.norm");
      tensors.feedForward(program, decoder.feedForwardDim(), name);
    }
    return tensors.all();
  }
}
