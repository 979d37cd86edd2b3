package dev.boxmill.detr.deformable;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.transformer.TransformerTensors;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The tensors of a Deformable DETR: each name in the program, and its names in checkpoints. Tied
 * heads lie in files under any or all of their names. transformers 5 ties the class heads of a
 * network that refines boxes without two stages, which version 4 trains apart.
 */
final class DeformableDetrTensors {
  private final DeformableDetrArchitecture detr;
  private final TransformerTensors tensors;
  private final int width;

  private DeformableDetrTensors(DeformableDetrArchitecture detr) {
    this.detr = detr;
    this.tensors = DeformableTensors.of(detr.backbone(), detr.transformer());
    this.width = detr.transformer().width();
  }

  static List<ExpectedTensor> of(DeformableDetrArchitecture detr) {
    DeformableDetrTensors own = new DeformableDetrTensors(detr);
    switch (detr.boxes()) {
      case PREDICTED -> {
        own.learnedQueries();
        own.sharedHeads();
      }
      case REFINED -> {
        own.learnedQueries();
        own.headsOfLayers();
      }
      case TWO_STAGE -> {
        own.selection();
        own.headsOfLayers();
      }
    }
    return own.tensors.all();
  }

  private void learnedQueries() {
    tensors.tensor(
        "queries", List.of(detr.queries(), 2 * width), "model.query_position_embeddings.weight");
    tensors.linear("references", 2, width, "model.reference_points");
  }

  private void selection() {
    tensors.linear("query.output", "model.enc_output");
    tensors.norm("query.norm", "model.enc_output_norm");
    tensors.linear("query.position", 2 * width, 2 * width, "model.pos_trans");
    for (String part : List.of("weight", "bias")) {
      tensors.tensor(
          "query.position.norm." + part, List.of(2 * width), "model.pos_trans_norm." + part);
    }
    heads("query", layers());
  }

  private void headsOfLayers() {
    for (int i = 0; i < layers(); i++) {
      heads("decoder." + i, i);
    }
  }

  private void heads(String program, int index) {
    score(program + ".class", "class_embed." + index, "model.decoder.class_embed." + index);
    box(program + ".box", "bbox_embed." + index, "model.decoder.bbox_embed." + index);
  }

  private void sharedHeads() {
    score("decoder.class", numbered("class_embed."));
    box("decoder.box", numbered("bbox_embed."));
  }

  private void score(String program, String... names) {
    if (detr.boxes() == DeformableDetrArchitecture.Boxes.REFINED) {
      tensors.linear(program, classes(), width, List.of(names), "class_embed.0");
    } else {
      tensors.linear(program, classes(), width, names);
    }
  }

  private int classes() {
    return detr.classNames().size();
  }

  private void box(String program, String... names) {
    tensors.mlp(program, List.of(width, width, width, 4), names);
  }

  private String[] numbered(String name) {
    return IntStream.range(0, layers()).mapToObj(i -> name + i).toArray(String[]::new);
  }

  private int layers() {
    return detr.transformer().decoder().count();
  }
}
