package dev.boxmill.detr.deimv2;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.backbone.ConvNorm;
import dev.boxmill.detr.dfine.ElanEncoder;
import dev.boxmill.detr.dfine.FineDecoder;
import dev.boxmill.detr.dfine.FineTensors;
import dev.boxmill.detr.transformer.TransformerTensors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The tensors of a DEIMv2: each name in the program, and its names in checkpoints. */
final class Deimv2Tensors {
  private static final List<String> CONVOLUTIONAL =
      List.of("model.conv_encoder.model.", "model.conv_encoder.model._backbone.");
  private static final List<String> DINO = List.of("model.conv_encoder.");

  private final Deimv2Architecture network;
  private final ElanEncoder encoder;
  private final FineDecoder decoder;
  private final FineTensors shared;

  private Deimv2Tensors(Deimv2Architecture network) {
    this.network = network;
    this.encoder = network.encoder();
    this.decoder = network.decoder();
    this.shared = new FineTensors(encoder, decoder, network.classNames().size());
  }

  static List<ExpectedTensor> of(Deimv2Architecture network) {
    Deimv2Tensors tensors = new Deimv2Tensors(network);
    List<ExpectedTensor> all = new ArrayList<>(network.backbone().tensors(prefixes(network)));
    tensors.convolutions().forEach(convolution -> all.addAll(convolution.tensors()));
    for (Split split : tensors.split()) {
      all.addAll(ElanEncoder.halves(split.conv(), split.first(), split.second()));
    }
    all.addAll(tensors.shared.selfAttention());
    all.addAll(tensors.decoder());
    return List.copyOf(all);
  }

  static Set<String> ignored(Deimv2Architecture network) {
    Deimv2Tensors tensors = new Deimv2Tensors(network);
    Set<String> all = new HashSet<>(network.backbone().ignoredTensors(prefixes(network)));
    tensors.convolutions().forEach(convolution -> all.add(convolution.counter()));
    tensors.split().forEach(split -> all.add(split.conv().counter()));
    all.addAll(tensors.shared.ignored());
    all.addAll(IdentityLayer.BEHIND_ENCODER.names());
    return Set.copyOf(all);
  }

  private static List<String> prefixes(Deimv2Architecture network) {
    return network.backbone() instanceof DinoV3 ? DINO : CONVOLUTIONAL;
  }

  /** A convolution of the checkpoint whose halves the program computes apart. */
  private record Split(ConvNorm conv, String first, String second) {}

  /** The encoder's blocks in the checkpoint, and in the program. */
  private List<List<String>> blocks() {
    if (network.lite()) {
      return List.of(
          List.of("model.encoder.fpn_block", "encoder.top_down.0"),
          List.of("model.encoder.pan_block", "encoder.bottom_up.0"));
    }
    List<List<String>> all = new ArrayList<>();
    for (int i = 0; i + 1 < encoder.levels(); i++) {
      all.add(List.of("model.encoder.fpn_blocks." + i, "encoder.top_down." + i));
      all.add(List.of("model.encoder.pan_blocks." + i, "encoder.bottom_up." + i));
    }
    return all;
  }

  private List<Split> split() {
    int dim = encoder.dim();
    int inner = encoder.branchDim();
    List<Split> all = new ArrayList<>();
    for (List<String> block : blocks()) {
      String name = block.get(0);
      String program = block.get(1);
      all.add(
          new Split(
              ElanEncoder.conv(name + ".conv1", program, 2 * dim, dim, 1),
              program + ".0",
              program + ".1"));
      for (int i = 1; i <= 2; i++) {
        int into = i == 1 ? dim : inner;
        String branch = name + ".csp_rep" + i + ".conv1";
        String ours = program + "." + (i + 1);
        // the shortcut comes first
        all.add(
            new Split(
                ElanEncoder.conv(branch, ours, 2 * inner, into, 1), ours + ".1", ours + ".0"));
      }
    }
    return all;
  }

  private List<ConvNorm> convolutions() {
    List<ConvNorm> all = new ArrayList<>(network.lite() ? liteEncoder() : hybridEncoder());
    int dim = encoder.dim();
    int inner = encoder.branchDim();
    for (List<String> block : blocks()) {
      for (int i = 1; i <= 2; i++) {
        String name = block.get(0) + ".csp_rep" + i;
        String program = block.get(1) + "." + (i + 1);
        all.addAll(encoder.repBlocks(name, program));
        if (network.branchConv()) {
          all.add(ElanEncoder.conv(name + ".conv2", program + ".2", inner, inner, 3));
        }
      }
      int gathered = 2 * dim + 2 * inner;
      all.add(ElanEncoder.conv(block.get(0) + ".conv2", block.get(1) + ".4", dim, gathered, 1));
    }
    if (decoder.projected()) {
      for (int i = 0; i < decoder.points().size(); i++) {
        String name = "model.decoder_input_proj." + i;
        all.add(ElanEncoder.conv(name, "decoder.input." + i, decoder.dim(), dim, 1));
      }
    }
    return all;
  }

  private List<ConvNorm> hybridEncoder() {
    List<ConvNorm> all = new ArrayList<>(encoder.betweenLevels());
    for (int i = 0; i < encoder.levels(); i++) {
      String name = "model.conv_encoder.encoder_input_proj." + i;
      int in = encoder.channels().get(i);
      if (network.projected().get(i)) {
        all.add(ElanEncoder.conv(name, "encoder.input." + i, encoder.dim(), in, 1));
      }
    }
    return all;
  }

  private List<ConvNorm> liteEncoder() {
    int dim = encoder.dim();
    String name = "model.encoder.";
    int in = encoder.channels().get(0);
    return List.of(
        ElanEncoder.conv(name + "input_proj.0", "encoder.input.0", dim, in, 1),
        ElanEncoder.conv(name + "down_conv1", "encoder.reduce.0", dim, dim, 1),
        ElanEncoder.conv(name + "down_conv2", "encoder.reduce.1", dim, dim, 1),
        ElanEncoder.conv(name + "bi_fusion_conv", "encoder.global", dim, dim, 1));
  }

  private List<ExpectedTensor> decoder() {
    int dim = decoder.dim();
    TransformerTensors tensors = FineTensors.collection(dim);
    tensors.mlp("decoder.position", List.of(4, dim, dim, dim), "model.decoder.query_pos_head");
    shared.addHeads(tensors, network.sharesBoxHead());
    for (int i = 0; i < decoder.layers(); i++) {
      layer(tensors, "decoder." + i, "model.decoder.layers." + i);
    }
    return tensors.all();
  }

  private void layer(TransformerTensors tensors, String program, String name) {
    int dim = decoder.dim();
    int inside = decoder.feedForwardDim() / 2;
    shared.addAttention(tensors, program, name);
    rmsNorm(tensors, program + ".self.norm", name + ".self_attn_layer_norm");
    if (network.gated()) {
      tensors.linear(program + ".gate", 2 * dim, 2 * dim, name + ".gateway.gate");
      rmsNorm(tensors, program + ".gate.norm", name + ".gateway.norm");
    } else {
      rmsNorm(tensors, program + ".cross.norm", name + ".encoder_attn_layer_norm");
    }
    tensors.linear(program + ".fc1.gate", inside, dim, name + ".mlp.gate_proj");
    tensors.linear(program + ".fc1.up", inside, dim, name + ".mlp.up_proj");
    tensors.linear(program + ".fc2", dim, inside, name + ".mlp.down_proj");
    rmsNorm(tensors, program + ".norm", name + ".final_layer_norm");
  }

  private void rmsNorm(TransformerTensors tensors, String program, String name) {
    tensors.tensor(program + ".weight", List.of(decoder.dim()), name + ".weight");
  }
}
