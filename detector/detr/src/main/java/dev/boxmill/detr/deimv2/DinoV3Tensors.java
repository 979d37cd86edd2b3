package dev.boxmill.detr.deimv2;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.ExpectedTensor.Part;
import dev.boxmill.detr.backbone.ConvNorm;
import dev.boxmill.detr.deimv2.DinoV3.Layer;
import dev.boxmill.detr.dfine.ElanEncoder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The tensors of a {@link DinoV3}: each name in the program, and its names in transformers'
 * checkpoints, those of its modules and those that it writes by default.
 */
final class DinoV3Tensors {
  private static final String VIT = "backbone.";
  private static final String DETAIL = "spatial_tuning_adapter.";

  private final DinoV3 vit;
  private final List<ExpectedTensor> tensors = new ArrayList<>();

  DinoV3Tensors(DinoV3 vit) {
    this.vit = vit;
  }

  /** All that the program reads. */
  List<ExpectedTensor> read() {
    int width = vit.width();
    String embeddings = VIT + "embeddings.";
    add(
        "patch.weight",
        embeddings + "patch_embeddings.weight",
        width,
        3,
        DinoV3.PATCH,
        DinoV3.PATCH);
    add("patch.bias", embeddings + "patch_embeddings.bias", width);
    add("image", embeddings + "cls_token", 1, 1, width);
    if (vit.registers() > 0) {
      add("registers", embeddings + "register_tokens", 1, vit.registers(), width);
    }
    if (vit.source().periods) {
      add("periods", VIT + "rope_embeddings.periods", width / vit.heads() / 4);
    }
    if (vit.normed()) {
      norm("norm", VIT + "norm");
    }
    IntStream.range(0, computed()).forEach(this::layer);
    convolutions().forEach(convolution -> tensors.addAll(convolution.tensors()));
    return List.copyOf(tensors);
  }

  private int computed() {
    return vit.taps().get(vit.taps().size() - 1);
  }

  private void layer(int index) {
    String name = VIT + "model.layer." + index + ".";
    String program = index + ".";
    int width = vit.width();
    norm(program + "norm1", name + "norm1");
    norm(program + "norm2", name + "norm2");
    linear(program + "q", name + "attention.q_proj", Layer.QUERY, width, width);
    linear(program + "k", name + "attention.k_proj", Layer.KEY, width, width);
    linear(program + "v", name + "attention.v_proj", Layer.VALUE, width, width);
    linear(program + "out", name + "attention.o_proj", Layer.OUT, width, width);
    if (vit.source().masks) {
      tensors.add(
          ExpectedTensor.of(name + "attention.bias_mask", "backbone." + program + "k.mask", width)
              .withPart(new Part(1, 3)));
    }
    if (vit.gated()) {
      linear(program + "gate", name + "mlp.gate_proj", Layer.FEED_FORWARD, vit.inside(), width);
    }
    linear(program + "up", name + "mlp.up_proj", Layer.FEED_FORWARD, vit.inside(), width);
    linear(program + "fc2", name + "mlp.down_proj", Layer.FEED_FORWARD, width, vit.inside());
    if (vit.source().scales) {
      add(program + "scale1", name + "layer_scale1.lambda1", width);
      add(program + "scale2", name + "layer_scale2.lambda1", width);
    }
  }

  private void linear(String program, String name, Layer layer, int out, int in) {
    add(program + ".weight", name + ".weight", out, in);
    if (vit.biased().contains(layer)) {
      add(program + ".bias", name + ".bias", out);
    }
  }

  private void norm(String program, String name) {
    add(program + ".weight", name + ".weight", vit.width());
    add(program + ".bias", name + ".bias", vit.width());
  }

  private void add(String program, String name, long... shape) {
    ExpectedTensor tensor = ExpectedTensor.of(name, "backbone." + program, shape);
    tensors.add(
        new ExpectedTensor(
            List.copyOf(names(name)), tensor.programName(), tensor.shape(), tensor.part()));
  }

  /** transformers 5 writes the layers without their module, and reads either. */
  private static Collection<String> names(String name) {
    return name.startsWith(VIT + "model.")
        ? List.of(name, VIT + name.substring((VIT + "model.").length()))
        : List.of(name);
  }

  private List<ConvNorm> convolutions() {
    int stem = vit.detail();
    List<ConvNorm> all = new ArrayList<>();
    List<String> names = List.of("stem_conv", "conv2", "conv3", "conv4");
    List<Integer> channels = List.of(3, stem, 2 * stem, 4 * stem, 4 * stem);
    for (int i = 0; i < names.size(); i++) {
      String program = "backbone.detail." + i;
      int out = channels.get(i + 1);
      all.add(ElanEncoder.conv(DETAIL + names.get(i), program, out, channels.get(i), 3));
    }
    for (int i = 0; i < vit.taps().size(); i++) {
      int in = vit.width() + channels.get(i + 2);
      all.add(ElanEncoder.conv("fusion_proj." + i, "backbone.fusion." + i, vit.out(), in, 1));
    }
    return all;
  }

  /** What pretraining reads, what lies behind the last map, and counters of training. */
  Set<String> unread(List<String> prefixes) {
    List<String> names = new ArrayList<>();
    names.add(VIT + "embeddings.mask_token");
    if (vit.registers() == 0) {
      names.add(VIT + "embeddings.register_tokens");
    }
    if (!vit.normed()) {
      names.addAll(List.of(VIT + "norm.weight", VIT + "norm.bias"));
    }
    convolutions().forEach(convolution -> names.add(convolution.counter()));
    for (int i = computed(); i < vit.layers(); i++) {
      DinoV3Tensors behind = new DinoV3Tensors(vit);
      behind.layer(i);
      behind.tensors.forEach(tensor -> names.addAll(tensor.checkpointNames()));
    }
    Set<String> all = new TreeSet<>();
    prefixes.forEach(prefix -> names.forEach(name -> all.add(prefix + name)));
    return all;
  }
}
