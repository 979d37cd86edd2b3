package dev.boxmill.detr.dino;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.FamilyMember;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.backbone.BackboneArchitecture;
import dev.boxmill.detr.criterion.CriterionSettings;
import dev.boxmill.detr.criterion.DenoisingSettings;
import dev.boxmill.detr.deformable.DeformableTensors;
import dev.boxmill.detr.deformable.DeformableTransformer;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.detr.transformer.Transformer;
import dev.boxmill.detr.transformer.TransformerTensors;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * DINO (Zhang et al., "DINO: DETR with Improved DeNoising Anchor Boxes for End-to-End Object
 * Detection", 2022). Hugging Face has no such network; its tensors have the names here that its
 * nearest relative, Deformable DETR, has there, and state-dict formats say what others call them.
 *
 * @param queries objects that it can find at most
 * @param classNames class names by index
 */
public record DinoArchitecture(
    Backbone backbone,
    DeformableTransformer transformer,
    int queries,
    Map<Integer, String> classNames)
    implements BackboneArchitecture {

  /** Its entry in the family's registry. */
  public static final FamilyMember MEMBER = new FamilyMember(List.of(), DinoStateDictFormat.all());

  /** Pairs of query and class that the authors and detrex keep: their num_select. */
  private static final int BEST = 300;

  /** As published for four scales. */
  private static final DenoisingSettings DENOISING =
      new DenoisingSettings(DenoisingSettings.Kind.DINO, 100, 0.5, 0.4);

  /** The published networks share their heads among the decoder's layers. */
  private static final Pattern HEADS_OF_LAYERS =
      Pattern.compile("(?<=^decoder\\.)\\d+(?=\\.(class|box)\\.)");

  public DinoArchitecture {
    classNames = Map.copyOf(classNames);
    Transformer.requirePositive("number of queries", queries);
  }

  @Override
  public Program program() {
    return backbone
        .program()
        .and(transformer.program())
        .and(Program.of(DinoArchitecture.class, "dino.py"))
        .with(Map.of("QUERIES", queries));
  }

  @Override
  public Optional<Architecture> forClasses(Map<Integer, String> others) {
    return Optional.of(new DinoArchitecture(backbone, transformer, queries, others));
  }

  @Override
  public Optional<TrainingNetwork> training() {
    Program text =
        program()
            .replacedBy(
                DeformableTransformer.training()
                    .and(
                        Program.of(
                            DinoArchitecture.class,
                            "/dev/boxmill/detr/architecture/denoising.py",
                            "dino_training.py")));
    ExpectedTensor labels =
        ExpectedTensor.of(
            "model.label_embeddings.weight",
            "label_embeddings",
            classNames.size() + 1L,
            transformer.width());
    return Optional.of(
        new TrainingNetwork(text, queries, CriterionSettings.DAB, backbone.neverTrained())
            .withDenoising(DENOISING)
            .withMore(List.of(labels))
            .withTied(HEADS_OF_LAYERS));
  }

  @Override
  public List<ExpectedTensor> tensors() {
    int width = transformer.width();
    TransformerTensors tensors = DeformableTensors.of(backbone, transformer);
    tensors.linear("query.output", "model.enc_output");
    tensors.norm("query.norm", "model.enc_output_norm");
    tensors.tensor("query.content", List.of(queries, width), "model.query_content.weight");
    heads(tensors, "query", "model.encoder.");
    tensors.norm("decoder.norm", "model.decoder.layernorm");
    tensors.mlp(
        "decoder.position", List.of(2 * width, width, width), "model.decoder.ref_point_head");
    for (int i = 0; i < transformer.decoder().count(); i++) {
      heads(tensors, "decoder." + i, "model.decoder." + i + ".");
    }
    return tensors.all();
  }

  private void heads(TransformerTensors tensors, String program, String name) {
    int width = transformer.width();
    tensors.linear(program + ".class", classNames.size(), width, name + "class_embed");
    tensors.mlp(program + ".box", List.of(width, width, width, 4), name + "bbox_embed");
  }

  @Override
  public Set<String> ignoredTensors() {
    return backbone.ignoredTensors(DeformableTensors.BACKBONE_PREFIXES);
  }

  @Override
  public PostProcessing postProcessing() {
    return PostProcessing.sigmoidTopK(BEST);
  }
}
