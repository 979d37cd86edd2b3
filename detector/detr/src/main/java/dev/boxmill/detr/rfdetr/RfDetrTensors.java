package dev.boxmill.detr.rfdetr;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.lwdetr.C2f;
import dev.boxmill.detr.lwdetr.GroupDecoderStateDict;
import dev.boxmill.detr.lwdetr.VisionTransformer;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.transformer.TransformerTensors;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The tensors of an RF-DETR: each name in the program, and its names in checkpoints. The package
 * rfdetr, the Hub and, by default, transformers write the first; transformers' modules have others.
 */
final class RfDetrTensors {
  private static final KeyMapping ORIGINAL =
      KeyMapping.read(RfDetrTensors.class, "original.keys").and(GroupDecoderStateDict.NAMES);

  private static final String BACKBONE = "model.backbone.backbone.";
  private static final String PROJECTOR = "model.backbone.projector.";

  /** Stands for masked patches in pretraining; which keypoints are active in another network. */
  private static final Set<String> UNREAD =
      Set.of(
          "backbone.0.encoder.encoder.embeddings.mask_token",
          BACKBONE + "embeddings.mask_token",
          "_kp_active_mask");

  private RfDetrTensors() {}

  static List<ExpectedTensor> of(RfDetrArchitecture detr) {
    TransformerTensors tensors =
        new TransformerTensors(detr.decoder().width(), UnaryOperator.identity());
    tensors.addAll(backbone(detr.backbone()));
    projector(tensors, detr);
    detr.decoder().addTo(tensors, detr.classNames().size());
    return tensors.all().stream()
        .map(tensor -> ORIGINAL.translated(tensor).orElse(tensor))
        .toList();
  }

  static Set<String> ignored(RfDetrArchitecture detr) {
    Set<String> all = new HashSet<>(UNREAD);
    for (String name : detr.decoder().ignoredTensors()) {
      all.add(name);
      all.addAll(ORIGINAL.translated(name));
    }
    return all;
  }

  private static List<ExpectedTensor> backbone(VisionTransformer vit) {
    int width = vit.width();
    TransformerTensors tensors = new TransformerTensors(width, UnaryOperator.identity());
    String embeddings = BACKBONE + "embeddings.";
    String patches = embeddings + "patch_embeddings.projection";
    tensors.tensor(
        "vit.patch.weight", List.of(width, 3, vit.patch(), vit.patch()), patches + ".weight");
    tensors.tensor("vit.patch.bias", List.of(width), patches + ".bias");
    tensors.tensor(
        "vit.positions", List.of(1, vit.positions(), width), embeddings + "position_embeddings");
    tensors.tensor("vit.image", List.of(1, 1, width), embeddings + "cls_token");
    tensors.norm("vit.norm", BACKBONE + "layernorm");
    for (int i = 0; i < vit.global().size(); i++) {
      layer(tensors, vit, "vit." + i, BACKBONE + "encoder.layer." + i);
    }
    return tensors.all();
  }

  private static void layer(
      TransformerTensors tensors, VisionTransformer vit, String program, String name) {
    tensors.norm(program + ".norm1", name + ".norm1");
    for (String part : List.of("q", "k", "v")) {
      tensors.linear(program + "." + part, name + ".attention." + part + "_proj");
    }
    tensors.linear(program + ".out", name + ".attention.o_proj");
    tensors.tensor(program + ".scale1", List.of(vit.width()), name + ".layer_scale1.lambda1");
    tensors.norm(program + ".norm2", name + ".norm2");
    tensors.linear(program + ".fc1", vit.inside(), vit.width(), name + ".mlp.fc1");
    tensors.linear(program + ".fc2", vit.width(), vit.inside(), name + ".mlp.fc2");
    tensors.tensor(program + ".scale2", List.of(vit.width()), name + ".layer_scale2.lambda1");
  }

  private static void projector(TransformerTensors tensors, RfDetrArchitecture detr) {
    int in = detr.backbone().taps().size() * detr.backbone().width();
    String block = PROJECTOR + "projector_layer";
    for (C2f.Convolution c : detr.projector().convolutions(block, "projector", in)) {
      List<Integer> shape = List.of(c.out(), c.in(), c.kernel(), c.kernel());
      tensors.tensor(c.program() + ".weight", shape, c.name() + ".conv.weight");
      tensors.tensor(c.program() + ".norm.weight", List.of(c.out()), c.name() + ".norm.weight");
      tensors.tensor(c.program() + ".norm.bias", List.of(c.out()), c.name() + ".norm.bias");
    }
    tensors.norm("projector.norm", PROJECTOR + "layer_norm");
  }
}
