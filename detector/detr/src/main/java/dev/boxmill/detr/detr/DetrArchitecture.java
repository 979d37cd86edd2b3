package dev.boxmill.detr.detr;

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
 * DETR (Carion et al., 2020) as transformers' {@code DetrForObjectDetection} computes it.
 *
 * @param queries objects that it can find at most
 * @param normBetweenLayers whether the decoder's final LayerNorm is applied behind every decoder
 *     layer too: what {@code auxiliary_loss} does to the library's forward pass
 * @param classNames class names by index; one more logit stands for "no object"
 */
public record DetrArchitecture(
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
          List.of(
              new ModelType(
                  "detr", config -> DetrArchitecture.parse(config, "DetrForObjectDetection"))),
          DetrStateDictFormat.all());

  static final List<String> BACKBONE_PREFIXES =
      List.of(
          "model.backbone.conv_encoder.model.",
          "model.backbone.conv_encoder.model._backbone.",
          "model.backbone.model.");

  private static final List<String> ACTIVATIONS = List.of("relu", "gelu", "gelu_new", "silu");

  public DetrArchitecture {
    classNames = Map.copyOf(classNames);
    Transformer.requirePositive("num_queries", queries);
  }

  /**
   * Reads the {@code config.json} of a DETR or of a network with its settings, of transformers 4 or
   * 5, with the library's defaults.
   *
   * @param libraryClass what the library calls the network
   * @throws CheckpointException if a setting is not supported, or a key is unknown
   */
  public static DetrArchitecture parse(JsonConfig config, String libraryClass) {
    try {
      DetrArchitecture architecture = read(config, libraryClass);
      config.finish();
      return architecture;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("Cannot use " + config.file() + ": " + e.getMessage(), e);
    }
  }

  private static DetrArchitecture read(JsonConfig config, String libraryClass) {
    PretrainedKeys.ignoreIn(config);
    config.ignores("model_type");
    config.allows("architectures", "only boxes are computed", List.of(libraryClass), List.of());
    config.allows("scale_embedding", "embeddings are never scaled", false);
    return new DetrArchitecture(
        BackboneConfig.parse(config),
        Transformer.parse(config, "d_model", ACTIVATIONS),
        config.integer("num_queries", 100),
        PositionEmbedding.parse(config),
        config.flag("auxiliary_loss", false),
        ClassNames.parse(config));
  }

  @Override
  public Program program() {
    return program(
        Program.of(
            DetrArchitecture.class, "/dev/boxmill/detr/transformer/encoder_layer.py", "detr.py"));
  }

  @Override
  public Optional<Architecture> forClasses(Map<Integer, String> others) {
    return Optional.of(
        new DetrArchitecture(backbone, transformer, queries, positions, normBetweenLayers, others));
  }

  @Override
  public Optional<TrainingNetwork> training() {
    Program text =
        program()
            .and(
                Program.of(
                    DetrArchitecture.class,
                    "/dev/boxmill/detr/architecture/training.py",
                    "detr_training.py"));
    return Optional.of(
        new TrainingNetwork(text, queries, CriterionSettings.DETR, backbone.neverTrained()));
  }

  /**
   * The network's text around its layers.
   *
   * @param layers the functions {@code detect}, {@code prepare} and {@code encoder_layer}
   */
  public Program program(Program layers) {
    return backbone
        .program()
        .and(
            Program.of(
                DetrArchitecture.class,
                "/dev/boxmill/detr/architecture/network.py",
                "/dev/boxmill/detr/architecture/padding.py",
                "/dev/boxmill/detr/transformer/position.py",
                "/dev/boxmill/detr/transformer/image_position.py",
                "/dev/boxmill/detr/transformer/attention.py",
                "/dev/boxmill/detr/transformer/transformer.py",
                "/dev/boxmill/detr/transformer/coordinates.py",
                "/dev/boxmill/detr/transformer/encoder.py"))
        .and(layers)
        .with(transformer.constants())
        .with(
            Map.of(
                "LEARNED_POSITIONS",
                positions == PositionEmbedding.LEARNED,
                "NORM_BETWEEN_LAYERS",
                normBetweenLayers));
  }

  @Override
  public List<ExpectedTensor> tensors() {
    return DetrTensors.of(this);
  }

  @Override
  public Set<String> ignoredTensors() {
    return backbone.ignoredTensors(BACKBONE_PREFIXES);
  }

  @Override
  public PostProcessing postProcessing() {
    return PostProcessing.softmax(queries);
  }
}
