package dev.boxmill.detr.deformable;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.FamilyMember;
import dev.boxmill.detr.architecture.FamilyMember.ModelType;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.backbone.BackboneArchitecture;
import dev.boxmill.detr.criterion.CriterionSettings;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.detr.transformer.Transformer;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Deformable DETR (Zhu et al., 2020) as transformers' {@code DeformableDetrForObjectDetection}
 * computes it: with one scale or several, with or without box refinement and two stages.
 *
 * @param queries objects that it can find at most
 * @param boxes where a query's box comes from
 * @param classNames class names by index
 */
public record DeformableDetrArchitecture(
    Backbone backbone,
    DeformableTransformer transformer,
    int queries,
    Boxes boxes,
    Map<Integer, String> classNames)
    implements BackboneArchitecture {

  /** Its entry in the family's registry. */
  public static final FamilyMember MEMBER =
      new FamilyMember(
          List.of(new ModelType("deformable_detr", DeformableDetrArchitecture::parse)),
          DeformableDetrStateDictFormat.all());

  /** Detections of an image, as the authors' evaluation and transformers' processor have it. */
  private static final int BEST = 100;

  /** Where a query's box comes from. */
  public enum Boxes {
    /** From the query's learned point, by the last decoder layer. */
    PREDICTED,
    /** The same, but each decoder layer refines the box of the one before. */
    REFINED,
    /** From the encoder's best tokens, refined by each decoder layer. */
    TWO_STAGE
  }

  public DeformableDetrArchitecture {
    classNames = Map.copyOf(classNames);
    Transformer.requirePositive("number of queries", queries);
  }

  /**
   * Reads a Deformable DETR's {@code config.json}, of transformers 4 or 5, with the library's
   * defaults.
   *
   * @throws CheckpointException if a setting is not supported, or a key is unknown
   */
  public static DeformableDetrArchitecture parse(JsonConfig config) {
    try {
      DeformableDetrArchitecture architecture = DeformableDetrConfig.read(config);
      config.finish();
      return architecture;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("Cannot use " + config.file() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Program program() {
    return backbone
        .program()
        .and(transformer.program())
        .and(Program.of(DeformableDetrArchitecture.class, "deformable_detr.py"))
        .with(
            Map.of(
                "QUERIES",
                queries,
                "REFINED",
                boxes != Boxes.PREDICTED,
                "TWO_STAGE",
                boxes == Boxes.TWO_STAGE));
  }

  @Override
  public Optional<Architecture> forClasses(Map<Integer, String> others) {
    return Optional.of(
        new DeformableDetrArchitecture(backbone, transformer, queries, boxes, others));
  }

  @Override
  public Optional<TrainingNetwork> training() {
    Program text =
        program()
            .replacedBy(
                DeformableTransformer.training()
                    .and(Program.of(DeformableDetrArchitecture.class, "deformable_training.py")));
    return Optional.of(
        new TrainingNetwork(text, queries, CriterionSettings.FOCAL, backbone.neverTrained()));
  }

  @Override
  public List<ExpectedTensor> tensors() {
    return DeformableDetrTensors.of(this);
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
