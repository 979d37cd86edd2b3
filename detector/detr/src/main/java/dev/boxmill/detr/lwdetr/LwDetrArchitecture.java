package dev.boxmill.detr.lwdetr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.FamilyMember;
import dev.boxmill.detr.architecture.FamilyMember.ModelType;
import dev.boxmill.detr.backbone.ConvNorm;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * LW-DETR (Chen et al., 2024): a plain vision transformer, a projector to the decoder's maps, and a
 * decoder of few layers. Its authors' code and transformers' {@code LwDetrForObjectDetection}
 * differ in whether tokens at the border of a map may become queries; this is the authors'.
 *
 * @param scales of each level's map, by which it is larger than the transformer's
 * @param batchNormEps of the projector's BatchNorms
 * @param classNames class names by index
 */
public record LwDetrArchitecture(
    VisionTransformer backbone,
    List<Double> scales,
    C2f projector,
    double batchNormEps,
    GroupDecoder decoder,
    Map<Integer, String> classNames)
    implements Architecture {

  /** Its entry in the family's registry. */
  public static final FamilyMember MEMBER =
      new FamilyMember(
          List.of(new ModelType("lw_detr", LwDetrArchitecture::parse)),
          List.of(new LwDetrStateDictFormat()));

  private static final ImageSize SIZE = new ImageSize(640, 640);

  public LwDetrArchitecture {
    scales = List.copyOf(scales);
    classNames = Map.copyOf(classNames);
    if (scales.isEmpty() || !List.of(0.5, 1.0, 2.0).containsAll(scales)) {
      throw new IllegalArgumentException(
          "Invalid projector_scale_factors: " + scales + " (must be some of 0.5, 1.0 and 2.0)");
    }
  }

  /**
   * Reads an LW-DETR's {@code config.json} with the library's defaults.
   *
   * @throws CheckpointException if a setting is not supported, or a key is unknown
   */
  public static LwDetrArchitecture parse(JsonConfig config) {
    return LwDetrConfig.parse(config);
  }

  /** The text that RF-DETR has too. */
  public static Program sharedProgram() {
    return Program.of(
        LwDetrArchitecture.class,
        "/dev/boxmill/detr/architecture/network.py",
        "/dev/boxmill/detr/architecture/padding.py",
        "/dev/boxmill/detr/transformer/attention.py",
        "/dev/boxmill/detr/transformer/transformer.py",
        "/dev/boxmill/detr/transformer/coordinates.py",
        "/dev/boxmill/detr/deformable/anchors.py",
        "/dev/boxmill/detr/deformable/deformable_attention.py",
        "/dev/boxmill/detr/deformable/bilinear_sampling.py",
        "vision_transformer.py",
        "c2f.py",
        "lw_detr.py");
  }

  @Override
  public Program program() {
    return sharedProgram()
        .and(ConvNorm.folding())
        .and(Program.of(LwDetrArchitecture.class, "lw_vit.py", "lw_projector.py"))
        .with(backbone.constants())
        .with(projector.constants())
        .with(decoder.constants())
        .with(
            Map.of(
                "SCALES", scales,
                "BATCH_NORM_EPS", batchNormEps));
  }

  @Override
  public List<ExpectedTensor> tensors() {
    return LwDetrTensors.of(this);
  }

  @Override
  public Set<String> ignoredTensors() {
    return LwDetrTensors.ignored(this);
  }

  /** As many as there are queries, as the authors' evaluation has it. */
  @Override
  public PostProcessing postProcessing() {
    return PostProcessing.sigmoidTopK(decoder.queries());
  }

  @Override
  public List<Integer> featureChannels() {
    return backbone.featureChannels();
  }

  @Override
  public List<Integer> featureStrides() {
    return backbone.featureStrides();
  }

  @Override
  public int sideMultiple() {
    return backbone.multiple();
  }

  /** What the authors do in evaluation. */
  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.square(SIZE);
  }
}
