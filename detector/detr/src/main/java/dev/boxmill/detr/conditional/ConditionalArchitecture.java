package dev.boxmill.detr.conditional;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.FamilyMember;
import dev.boxmill.detr.architecture.FamilyMember.ModelType;
import dev.boxmill.detr.architecture.PretrainedKeys;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.backbone.BackboneArchitecture;
import dev.boxmill.detr.backbone.BackboneConfig;
import dev.boxmill.detr.criterion.CriterionSettings;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.detr.transformer.PositionEmbedding;
import dev.boxmill.detr.transformer.Transformer;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Conditional DETR (Meng et al., "Conditional DETR for Fast Training Convergence", 2021) as
 * transformers' {@code ConditionalDetrForObjectDetection} and the authors' own code compute it.
 *
 * @param queries boxes that it predicts
 * @param normBetweenLayers whether the decoder's final LayerNorm is applied behind every decoder
 *     layer too: what {@code auxiliary_loss} does to the library's forward pass
 * @param classNames class names by index
 */
public record ConditionalArchitecture(
    Backbone backbone,
    Transformer transformer,
    int queries,
    PositionEmbedding positions,
    boolean normBetweenLayers,
    Map<Integer, String> classNames)
    implements BackboneArchitecture {

  /** Its entry in the family's registry. */
  public static final FamilyMember MEMBER =
      new FamilyMember(
          List.of(new ModelType("conditional_detr", ConditionalArchitecture::parse)),
          ConditionalStateDictFormat.all());

  /** What both the library and the authors keep of the pairs of query and class. */
  private static final int BEST = 100;

  private static final double INVERSE_SIGMOID_EPS = 1e-5;

  private static final List<String> ACTIVATIONS = List.of("relu", "gelu", "gelu_new", "silu");

  public ConditionalArchitecture {
    classNames = Map.copyOf(classNames);
    Transformer.requirePositive("num_queries", queries);
  }

  /**
   * Reads a Conditional DETR's {@code config.json}, of transformers 4 or 5, with the library's
   * defaults.
   *
   * @throws CheckpointException if a setting is not supported, or a key is unknown
   */
  public static ConditionalArchitecture parse(JsonConfig config) {
    try {
      ConditionalArchitecture architecture = read(config);
      config.finish();
      return architecture;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("Cannot use " + config.file() + ": " + e.getMessage(), e);
    }
  }

  private static ConditionalArchitecture read(JsonConfig config) {
    PretrainedKeys.ignoreIn(config);
    config.allows("model_type", "it is a Conditional DETR", "conditional_detr");
    config.allows(
        "architectures",
        "only boxes are computed",
        List.of("ConditionalDetrForObjectDetection"),
        List.of());
    config.allows("scale_embedding", "embeddings are never scaled", false);
    return new ConditionalArchitecture(
        BackboneConfig.parse(config),
        Transformer.parse(config, "d_model", ACTIVATIONS),
        config.integer("num_queries", 300),
        PositionEmbedding.parse(config),
        config.flag("auxiliary_loss", false),
        ClassNames.parse(config));
  }

  @Override
  public Program program() {
    return backbone
        .program()
        .and(
            Program.of(
                ConditionalArchitecture.class,
                "/dev/boxmill/detr/architecture/network.py",
                "/dev/boxmill/detr/architecture/padding.py",
                "/dev/boxmill/detr/transformer/position.py",
                "/dev/boxmill/detr/transformer/image_position.py",
                "/dev/boxmill/detr/transformer/attention.py",
                "/dev/boxmill/detr/transformer/transformer.py",
                "/dev/boxmill/detr/transformer/coordinates.py",
                "/dev/boxmill/detr/transformer/encoder_layer.py",
                "/dev/boxmill/detr/transformer/encoder.py",
                "conditional_layer.py",
                "conditional_detr.py"))
        .with(transformer.constants())
        .with(
            Map.of(
                "LEARNED_POSITIONS",
                positions == PositionEmbedding.LEARNED,
                "NORM_BETWEEN_LAYERS",
                normBetweenLayers,
                "INVERSE_SIGMOID_EPS",
                INVERSE_SIGMOID_EPS));
  }

  @Override
  public Optional<Architecture> forClasses(Map<Integer, String> others) {
    return Optional.of(
        new ConditionalArchitecture(
            backbone, transformer, queries, positions, normBetweenLayers, others));
  }

  @Override
  public Optional<TrainingNetwork> training() {
    Program text =
        program()
            .and(
                Program.of(
                    ConditionalArchitecture.class,
                    "/dev/boxmill/detr/architecture/training.py",
                    "conditional_training.py"));
    return Optional.of(
        new TrainingNetwork(text, queries, CriterionSettings.FOCAL, backbone.neverTrained()));
  }

  @Override
  public List<ExpectedTensor> tensors() {
    return ConditionalTensors.of(this);
  }

  @Override
  public Set<String> ignoredTensors() {
    return backbone.ignoredTensors(ConditionalTensors.BACKBONE_PREFIXES);
  }

  @Override
  public PostProcessing postProcessing() {
    return PostProcessing.sigmoidTopK(BEST);
  }
}
