package dev.boxmill.detr.lwdetr;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.backbone.ConvNorm;
import dev.boxmill.detr.transformer.TransformerTensors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The tensors of an LW-DETR: each name in the program, and its names in transformers' checkpoints,
 * those of its modules and those that it writes by default.
 */
final class LwDetrTensors {
  private static final String BACKBONE = "model.backbone.backbone.";
  private static final String PROJECTOR = "model.backbone.projector.scale_layers.";

  /** Wider maps are made narrower before they are enlarged. */
  private static final int WIDE = 512;

  private final LwDetrArchitecture detr;
  private final List<ConvNorm> convolutions = new ArrayList<>();
  private final TransformerTensors projector;

  private LwDetrTensors(LwDetrArchitecture detr) {
    this.detr = detr;
    this.projector = new TransformerTensors(detr.projector().width(), UnaryOperator.identity());
    for (int level = 0; level < detr.scales().size(); level++) {
      level(level, detr.scales().get(level));
    }
  }

  static List<ExpectedTensor> of(LwDetrArchitecture detr) {
    LwDetrTensors own = new LwDetrTensors(detr);
    List<ExpectedTensor> all = new ArrayList<>(own.backbone());
    own.convolutions.forEach(convolution -> all.addAll(convolution.tensors()));
    detr.decoder().addTo(own.projector, detr.classNames().size());
    all.addAll(own.projector.all());
    return all;
  }

  /** Training counters, and what the other groups of queries have. */
  static Set<String> ignored(LwDetrArchitecture detr) {
    Set<String> all = new HashSet<>(detr.decoder().ignoredTensors());
    new LwDetrTensors(detr).convolutions.forEach(convolution -> all.add(convolution.counter()));
    return all;
  }

  private List<ExpectedTensor> backbone() {
    VisionTransformer vit = detr.backbone();
    int width = vit.width();
    TransformerTensors tensors = new TransformerTensors(width, LwDetrTensors::writtenByDefault);
    tensors.tensor(
        "vit.patch.weight",
        List.of(width, 3, vit.patch(), vit.patch()),
        BACKBONE + "embeddings.projection.weight");
    tensors.tensor("vit.patch.bias", List.of(width), BACKBONE + "embeddings.projection.bias");
    tensors.tensor(
        "vit.positions",
        List.of(1, vit.positions(), width),
        BACKBONE + "embeddings.position_embeddings");
    for (int i = 0; i < vit.layers(); i++) {
      layer(tensors, "vit." + i, BACKBONE + "encoder.layer." + i);
    }
    return tensors.all();
  }

  private void layer(TransformerTensors tensors, String program, String name) {
    int width = detr.backbone().width();
    int inside = detr.backbone().inside();
    String attention = name + ".attention.";
    tensors.norm(program + ".norm1", name + ".layernorm_before");
    tensors.linear(program + ".q", attention + "q_proj");
    tensors.tensor(program + ".k.weight", List.of(width, width), attention + "k_proj.weight");
    tensors.linear(program + ".v", attention + "v_proj");
    tensors.linear(program + ".out", attention + "o_proj");
    tensors.tensor(program + ".scale1", List.of(width), name + ".gamma_1");
    tensors.norm(program + ".norm2", name + ".layernorm_after");
    tensors.linear(program + ".fc1", inside, width, name + ".intermediate.fc1");
    tensors.linear(program + ".fc2", width, inside, name + ".intermediate.fc2");
    tensors.tensor(program + ".scale2", List.of(width), name + ".gamma_2");
  }

  private static String writtenByDefault(String name) {
    return name.replace(".attention.q_proj.", ".attention.attention.query.")
        .replace(".attention.k_proj.", ".attention.attention.key.")
        .replace(".attention.v_proj.", ".attention.attention.value.")
        .replace(".attention.o_proj.", ".attention.output.");
  }

  private void level(int level, double scale) {
    String program = "projector." + level;
    String name = PROJECTOR + level;
    int maps = detr.backbone().taps().size();
    int in = detr.backbone().width();
    int out = in;
    for (int map = 0; map < maps; map++) {
      String layers = name + ".sampling_layers." + map + ".layers.";
      out = sampling(layers, program + ".sampling." + map, in, scale);
    }
    detr.projector()
        .convolutions(name + ".projector_layer", program, maps * out)
        .forEach(c -> conv(c.name(), c.program(), c.out(), c.in(), c.kernel()));
    projector.norm(program + ".norm", name + ".layer_norm");
  }

  /** Adds what resizes one map, and returns its channels behind that. */
  private int sampling(String layers, String program, int in, double scale) {
    if (scale < 1) {
      conv(layers + "0", program + ".halve", in, in, 3);
      return in;
    }
    if (scale == 1) {
      return in;
    }
    boolean wide = in > WIDE;
    int before = wide ? in / 2 : in;
    int out = before / 2;
    if (wide) {
      conv(layers + "0", program + ".reduce", before, in, 1);
    }
    String name = layers + (wide ? "1" : "0");
    projector.tensor(program + ".double.weight", List.of(before, out, 2, 2), name + ".weight");
    projector.tensor(program + ".double.bias", List.of(out), name + ".bias");
    return out;
  }

  private void conv(String name, String program, int out, int in, int kernel) {
    convolutions.add(new ConvNorm(name + ".conv", name + ".norm", program, out, in, kernel));
  }
}
