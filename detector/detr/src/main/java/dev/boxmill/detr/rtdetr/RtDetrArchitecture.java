package dev.boxmill.detr.rtdetr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.FamilyMember;
import dev.boxmill.detr.architecture.FamilyMember.ModelType;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.backbone.BackboneArchitecture;
import dev.boxmill.detr.backbone.ConvNorm;
import dev.boxmill.detr.criterion.CriterionSettings;
import dev.boxmill.detr.criterion.DenoisingSettings;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Program;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * RT-DETR (Zhao et al., "DETRs Beat YOLOs on Real-time Object Detection", 2023): a convolutional
 * backbone, an encoder that fuses three scales, queries picked among its cells, and a decoder that
 * refines their boxes; and RT-DETRv2. As their authors compute them, and transformers' {@code
 * RTDetrForObjectDetection} and {@code RTDetrV2ForObjectDetection}.
 *
 * @param layerNormEps of all LayerNorms
 * @param batchNormEps of the BatchNorms behind the backbone
 * @param liveBackboneNorms whether training normalizes by the batch in the backbone too
 * @param denoising queries of training; none if their number is 0
 * @param classNames class names by index; as many classes as the heads have
 */
public record RtDetrArchitecture(
    Backbone backbone,
    HybridEncoder encoder,
    Decoder decoder,
    double layerNormEps,
    double batchNormEps,
    boolean liveBackboneNorms,
    DenoisingSettings denoising,
    Map<Integer, String> classNames)
    implements BackboneArchitecture {

  /** Its entry in the family's registry. */
  public static final FamilyMember MEMBER =
      new FamilyMember(
          List.of(
              new ModelType("rt_detr", RtDetrArchitecture::parse),
              new ModelType("rt_detr_v2", RtDetrArchitecture::parse)),
          RtDetrStateDictFormat.all());

  /** A model type whose network for boxes is an RT-DETR, read by its own package. */
  public static final String DOC_LAYOUT = "pp_doclayout_v2";

  /** As its authors' configurations have it. */
  static final DenoisingSettings PUBLISHED_DENOISING =
      new DenoisingSettings(DenoisingSettings.Kind.RT_DETR, 100, 0.5, 1);

  /** Of BatchNorms whose training is known: PyTorch's own default. */
  private static final double BATCH_NORM_EPS = 1e-5;

  private static final List<Integer> ENCODED_STRIDES = List.of(8, 16, 32);

  /**
   * The hybrid encoder.
   *
   * @param dim channels of its maps
   * @param blockDim channels inside its CSP blocks
   * @param encodedLevels maps that see self-attention, 0 (stride 8) to 2 (stride 32)
   * @param temperature of the position embedding's sines
   */
  public record HybridEncoder(
      int dim,
      int blockDim,
      List<Integer> encodedLevels,
      int layers,
      int heads,
      int feedForwardDim,
      String activation,
      String convolutionActivation,
      double temperature,
      boolean normalizesBefore) {}

  /**
   * The decoder.
   *
   * @param points sampled by each head on each level
   * @param learnedQueries whether queries start from a learned content, not from the encoder's
   * @param anchorSizes [height, width] of each level's grid of anchors, or empty where they follow
   *     the image
   */
  public record Decoder(
      int dim,
      int layers,
      int heads,
      int points,
      int feedForwardDim,
      String activation,
      Sampling sampling,
      int queries,
      boolean learnedQueries,
      List<List<Integer>> anchorSizes) {}

  public RtDetrArchitecture {
    classNames = Map.copyOf(classNames);
  }

  /**
   * Reads an RT-DETR's or RT-DETRv2's {@code config.json} with the library's defaults.
   *
   * @throws CheckpointException if a setting is not supported, or a key is unknown
   */
  public static RtDetrArchitecture parse(JsonConfig config) {
    return RtDetrConfig.parse(config);
  }

  @Override
  public Program program() {
    return backbone
        .program()
        .and(ConvNorm.folding())
        .and(
            Program.of(
                RtDetrArchitecture.class,
                "/dev/boxmill/detr/architecture/network.py",
                "/dev/boxmill/detr/architecture/padding.py",
                "/dev/boxmill/detr/transformer/attention.py",
                "/dev/boxmill/detr/transformer/transformer.py",
                "/dev/boxmill/detr/transformer/coordinates.py",
                "/dev/boxmill/detr/transformer/encoder_layer.py",
                "/dev/boxmill/detr/deformable/anchors.py",
                "/dev/boxmill/detr/deformable/deformable_attention.py",
                "/dev/boxmill/detr/deformable/deformable_layer.py",
                decoder.sampling().file(),
                "aifi.py",
                "neck.py",
                "hybrid_encoder.py",
                "rt_detr.py"))
        .with(constants());
  }

  @Override
  public Optional<Architecture> forClasses(Map<Integer, String> others) {
    return Optional.of(
        new RtDetrArchitecture(
            backbone,
            encoder,
            decoder,
            layerNormEps,
            batchNormEps,
            liveBackboneNorms,
            denoising,
            others));
  }

  @Override
  public Optional<TrainingNetwork> training() {
    if (batchNormEps != BATCH_NORM_EPS) {
      return Optional.empty();
    }
    Program text =
        program()
            .replacedBy(
                decoder
                    .sampling()
                    .training()
                    .and(
                        Program.of(
                            RtDetrArchitecture.class,
                            "/dev/boxmill/detr/architecture/denoising.py",
                            "/dev/boxmill/detr/backbone/norm_training.py",
                            "training_queries.py",
                            "rt_detr_training.py")));
    TrainingNetwork network =
        new TrainingNetwork(
                text, decoder.queries(), CriterionSettings.RT_DETR, backbone.neverTrained())
            .withLiveNorms(
                liveBackboneNorms
                    ? Set.of("encoder.", "decoder.", "backbone.")
                    : Set.of("encoder.", "decoder."));
    return Optional.of(
        denoising.number() == 0
            ? network
            : network.withDenoising(denoising).withMore(List.of(labelEmbeddings())));
  }

  private ExpectedTensor labelEmbeddings() {
    return ExpectedTensor.of(
        "model.denoising_class_embed.weight",
        "label_embeddings",
        classNames.size() + 1L,
        decoder.dim());
  }

  private Map<String, Object> constants() {
    Map<String, Object> constants = new HashMap<>();
    constants.put("NORM_EPS", layerNormEps);
    constants.put("BATCH_NORM_EPS", batchNormEps);
    constants.put("ENCODED_LEVELS", encoder.encodedLevels());
    constants.put("ENCODER_LAYERS", encoder.layers());
    constants.put("ENCODER_HEADS", encoder.heads());
    constants.put("ENCODER_ACTIVATION", encoder.activation());
    constants.put("CONV_ACTIVATION", encoder.convolutionActivation());
    constants.put("TEMPERATURE", encoder.temperature());
    constants.put("NORMALIZE_BEFORE", encoder.normalizesBefore());
    constants.put("EXPANDED", encoder.blockDim() != encoder.dim());
    constants.put("DECODER_LAYERS", decoder.layers());
    constants.put("DECODER_HEADS", decoder.heads());
    constants.put("DECODER_POINTS", decoder.points());
    constants.put("OFFSET_SCALE", decoder.sampling().offsetScale());
    constants.put("DECODER_ACTIVATION", decoder.activation());
    constants.put("QUERIES", decoder.queries());
    constants.put("LEARNED_QUERIES", decoder.learnedQueries());
    constants.put(
        "ANCHOR_SIZES",
        decoder.anchorSizes().isEmpty() ? List.of(List.of(0, 0)) : decoder.anchorSizes());
    return constants;
  }

  @Override
  public List<ExpectedTensor> tensors() {
    return RtDetrTensors.of(this);
  }

  @Override
  public Set<String> ignoredTensors() {
    return RtDetrTensors.ignored(this);
  }

  @Override
  public PostProcessing postProcessing() {
    return PostProcessing.sigmoidTopK(decoder.queries());
  }

  /** Fixed anchors fit the maps of one size. */
  @Override
  public boolean takes(ImageSize size) {
    List<List<Integer>> maps =
        ENCODED_STRIDES.stream()
            .map(stride -> List.of(cells(size.height(), stride), cells(size.width(), stride)))
            .toList();
    return decoder.anchorSizes().isEmpty() || decoder.anchorSizes().equals(maps);
  }

  private static int cells(int pixels, int stride) {
    return (pixels + stride - 1) / stride;
  }
}
