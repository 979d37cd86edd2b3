package dev.boxmill.detr.rtdetr;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.FamilyMember;
import dev.boxmill.detr.architecture.FamilyMember.ModelType;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.backbone.BackboneArchitecture;
import dev.boxmill.detr.backbone.ConvNorm;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.torchscript.Program;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * RT-DETR (Zhao et al., "DETRs Beat YOLOs on Real-time Object Detection", 2023): a convolutional
 * backbone, an encoder that fuses three scales, queries picked among its cells, and a decoder that
 * refines their boxes; and RT-DETRv2. Reads the checkpoints of Hugging Face's {@code
 * RTDetrForObjectDetection} and {@code RTDetrV2ForObjectDetection}.
 */
public final class RtDetrArchitecture implements BackboneArchitecture {

  /** Its entry in the family's registry. */
  public static final FamilyMember MEMBER =
      new FamilyMember(
          List.of(
              new ModelType("rt_detr", RtDetrArchitecture::parse),
              new ModelType("rt_detr_v2", RtDetrArchitecture::parse)),
          List.of());

  private final RtDetrConfig config;
  private final RtDetrTensors tensors;

  private RtDetrArchitecture(RtDetrConfig config) {
    this.config = config;
    this.tensors = RtDetrTensors.of(config);
  }

  /**
   * The network that a {@code config.json} describes.
   *
   * @throws dev.boxmill.checkpoint.CheckpointException if the file sets something that would change
   *     the forward pass and is not supported
   */
  public static RtDetrArchitecture parse(JsonConfig config) {
    return new RtDetrArchitecture(RtDetrConfig.parse(config));
  }

  @Override
  public Program program() {
    return config
        .backbone()
        .program()
        .and(ConvNorm.folding())
        .and(
            Program.of(
                RtDetrArchitecture.class,
                "/dev/boxmill/detr/transformer/attention.py",
                "/dev/boxmill/detr/transformer/transformer.py",
                "/dev/boxmill/detr/transformer/coordinates.py",
                "/dev/boxmill/detr/deformable/anchors.py",
                "/dev/boxmill/detr/deformable/deformable_attention.py",
                config.decoder().sampling().file(),
                "hybrid_encoder.py",
                "rt_detr.py"))
        .with(constants());
  }

  private Map<String, Object> constants() {
    RtDetrConfig.HybridEncoder encoder = config.encoder();
    RtDetrConfig.Decoder decoder = config.decoder();
    Map<String, Object> constants = new HashMap<>();
    constants.put("NORM_EPS", config.layerNormEps());
    constants.put("BATCH_NORM_EPS", config.batchNormEps());
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
    return tensors.expected();
  }

  @Override
  public Set<String> ignoredTensors() {
    return tensors.ignored();
  }

  @Override
  public Map<Integer, String> classNames() {
    return config.classNames();
  }

  @Override
  public PostProcessing postProcessing() {
    return PostProcessing.sigmoidTopK(config.decoder().queries());
  }

  @Override
  public Backbone backbone() {
    return config.backbone();
  }
}
