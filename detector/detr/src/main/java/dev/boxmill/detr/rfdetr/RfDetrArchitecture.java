package dev.boxmill.detr.rfdetr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.FamilyMember;
import dev.boxmill.detr.architecture.FamilyMember.ModelType;
import dev.boxmill.detr.lwdetr.C2f;
import dev.boxmill.detr.lwdetr.GroupDecoder;
import dev.boxmill.detr.lwdetr.LwDetrArchitecture;
import dev.boxmill.detr.lwdetr.VisionTransformer;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * RF-DETR (Robinson et al., 2025): LW-DETR over DINOv2, as the package rfdetr computes it.
 * Transformers' {@code RfDetrForObjectDetection} is the same for square images on whose maps no
 * token lies nearer to the border than a hundredth.
 *
 * @param projectorEps of the LayerNorms behind the projector's convolutions
 * @param size of images where no file says it
 * @param classNames class names by index
 */
public record RfDetrArchitecture(
    VisionTransformer backbone,
    C2f projector,
    double projectorEps,
    GroupDecoder decoder,
    ImageSize size,
    Map<Integer, String> classNames)
    implements Architecture {

  /** Its entry in the family's registry. */
  public static final FamilyMember MEMBER =
      new FamilyMember(
          List.of(new ModelType("rf_detr", RfDetrArchitecture::parse)),
          List.of(new RfDetrStateDictFormat()));

  public RfDetrArchitecture {
    classNames = Map.copyOf(classNames);
  }

  /**
   * Reads an RF-DETR's {@code config.json} with the library's defaults.
   *
   * @throws CheckpointException if a setting is not supported, or a key is unknown
   */
  public static RfDetrArchitecture parse(JsonConfig config) {
    return RfDetrConfig.parse(config);
  }

  @Override
  public Program program() {
    return LwDetrArchitecture.sharedProgram()
        .and(Program.of(RfDetrArchitecture.class, "dinov2.py", "rf_projector.py"))
        .with(backbone.constants())
        .with(projector.constants())
        .with(decoder.constants())
        .with(Map.of("PROJECTOR_EPS", projectorEps));
  }

  @Override
  public List<ExpectedTensor> tensors() {
    return RfDetrTensors.of(this);
  }

  @Override
  public Set<String> ignoredTensors() {
    return RfDetrTensors.ignored(this);
  }

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

  /** What the package rfdetr does. */
  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.square(size).withoutAntialias();
  }
}
