package dev.boxmill.detr.dab;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.FamilyMember;
import dev.boxmill.detr.architecture.FamilyMember.ModelType;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.backbone.BackboneArchitecture;
import dev.boxmill.detr.conditional.ConditionalArchitecture;
import dev.boxmill.detr.criterion.CriterionSettings;
import dev.boxmill.detr.criterion.DenoisingSettings;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.detr.transformer.Transformer;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * DAB-DETR (Liu et al., "DAB-DETR: Dynamic Anchor Boxes are Better Queries for DETR", 2022) and, by
 * its queries' first content, DN-DETR.
 *
 * @param anchors learned boxes; there are as many queries, or patterns times as many
 * @param patterns learned contents of the queries; 0 for another content
 * @param classNames class names by index
 */
public record DabArchitecture(
    Backbone backbone,
    Transformer transformer,
    int anchors,
    QueryContent content,
    int patterns,
    Variant variant,
    Map<Integer, String> classNames)
    implements BackboneArchitecture {

  /** Its entry in the family's registry. */
  public static final FamilyMember MEMBER =
      new FamilyMember(
          List.of(new ModelType("dab-detr", DabArchitecture::parse)), DabStateDictFormat.all());

  /** As DN-DETR was published. */
  private static final DenoisingSettings DENOISING =
      new DenoisingSettings(DenoisingSettings.Kind.DN, 5, 0.2, 0.4);

  /**
   * What sources and settings differ in beside sizes.
   *
   * @param keepsQueryPosition whether all decoder layers add the queries' positions to their
   *     contents in cross-attention, not the first one alone
   * @param encoderNorm whether a LayerNorm follows the encoder's last layer
   * @param sines of the image's positions
   * @param inverseSigmoidEps how near to its border boxes may come
   * @param best pairs of query and class that are kept
   */
  public record Variant(
      boolean keepsQueryPosition,
      boolean encoderNorm,
      Sines sines,
      double inverseSigmoidEps,
      int best) {}

  /** Temperatures of both axes, and the last position. */
  public record Sines(double temperatureHeight, double temperatureWidth, double scale) {

    /** What all published networks have. */
    public static final Sines PUBLISHED = new Sines(20, 20, 2 * Math.PI);
  }

  public DabArchitecture {
    classNames = Map.copyOf(classNames);
    Transformer.requirePositive("num_queries", anchors);
    if (content == QueryContent.PATTERNS ? patterns < 1 : patterns != 0) {
      throw new IllegalArgumentException(
          "Invalid num_patterns: " + patterns + " (must fit the content " + content + ")");
    }
  }

  /**
   * Reads a DAB-DETR's {@code config.json} with transformers' defaults.
   *
   * @throws CheckpointException if a setting is not supported, or a key is unknown
   */
  public static DabArchitecture parse(JsonConfig config) {
    return DabConfig.parse(config);
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
                "/dev/boxmill/detr/transformer/attention.py",
                "/dev/boxmill/detr/transformer/transformer.py",
                "/dev/boxmill/detr/transformer/coordinates.py",
                "/dev/boxmill/detr/transformer/encoder_layer.py",
                "/dev/boxmill/detr/transformer/encoder.py",
                "conditional_layer.py"))
        .and(Program.of(DabArchitecture.class, "dab_detr.py"))
        .with(transformer.constants())
        .with(
            Map.of(
                "CONTENT", content.constant(),
                "ENCODER_NORM", variant.encoderNorm(),
                "TEMPERATURE_HEIGHT", variant.sines().temperatureHeight(),
                "TEMPERATURE_WIDTH", variant.sines().temperatureWidth(),
                "SINE_SCALE", variant.sines().scale(),
                "INVERSE_SIGMOID_EPS", variant.inverseSigmoidEps()));
  }

  @Override
  public Optional<Architecture> forClasses(Map<Integer, String> others) {
    return Optional.of(
        new DabArchitecture(backbone, transformer, anchors, content, patterns, variant, others));
  }

  @Override
  public Optional<TrainingNetwork> training() {
    Program text =
        program()
            .and(
                Program.of(
                    DabArchitecture.class,
                    "/dev/boxmill/detr/architecture/training.py",
                    "/dev/boxmill/detr/architecture/denoising.py",
                    "dab_training.py"));
    int queries = anchors * Math.max(patterns, 1);
    TrainingNetwork training =
        new TrainingNetwork(text, queries, CriterionSettings.DAB, backbone.neverTrained());
    return Optional.of(
        content == QueryContent.NO_OBJECT ? training.withDenoising(DENOISING) : training);
  }

  @Override
  public List<ExpectedTensor> tensors() {
    return DabTensors.of(this);
  }

  @Override
  public Set<String> ignoredTensors() {
    return backbone.ignoredTensors(DabTensors.BACKBONE_PREFIXES);
  }

  @Override
  public PostProcessing postProcessing() {
    return PostProcessing.sigmoidTopK(variant.best());
  }
}
