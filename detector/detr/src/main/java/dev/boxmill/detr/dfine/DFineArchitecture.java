package dev.boxmill.detr.dfine;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.FamilyMember;
import dev.boxmill.detr.architecture.FamilyMember.ModelType;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.backbone.BackboneArchitecture;
import dev.boxmill.detr.backbone.ConvNorm;
import dev.boxmill.detr.backbone.HgNetV2;
import dev.boxmill.detr.criterion.CriterionSettings;
import dev.boxmill.detr.criterion.DenoisingSettings;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Program;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * D-FINE (Peng et al., "D-FINE: Redefine Regression Task in DETRs as Fine-grained Distribution
 * Refinement", 2024), as its authors compute it, and transformers' {@code DFineForObjectDetection};
 * and the networks that others train with the same graph.
 *
 * @param activation of the decoder's feed-forward networks
 * @param headActivation between the layers of all heads; SiLU's networks are DEIM's, which trains
 *     with other losses
 * @param denoising queries of training; none if their number is 0
 * @param classNames class names by index; as many classes as the heads have
 */
public record DFineArchitecture(
    Backbone backbone,
    ElanEncoder encoder,
    FineDecoder decoder,
    String activation,
    String headActivation,
    DenoisingSettings denoising,
    Map<Integer, String> classNames)
    implements BackboneArchitecture {

  /** Its entry in the family's registry. */
  public static final FamilyMember MEMBER =
      new FamilyMember(
          List.of(new ModelType("d_fine", DFineArchitecture::parse)), DFineStateDictFormat.all());

  private static final String SHARED = "/dev/boxmill/detr/";

  public DFineArchitecture {
    classNames = Map.copyOf(classNames);
  }

  /**
   * Reads a D-FINE's {@code config.json} with the library's defaults.
   *
   * @throws CheckpointException if a setting is not supported, or a key is unknown
   */
  public static DFineArchitecture parse(JsonConfig config) {
    return FineConfig.parse(config, DFineArchitecture::read);
  }

  private static DFineArchitecture read(FineConfig fine) {
    JsonConfig config = fine.keys();
    config.allows("model_type", "this is the loader of D-FINE", "d_fine");
    config.allows("eval_size", "with one, transformers drops the position embedding");
    config.allows(
        "architectures", "only boxes are computed", List.of("DFineForObjectDetection"), List.of());
    Backbone backbone = fine.backbone();
    int maps = backbone.widths().size();
    int levels = fine.levels(backbone);
    ElanEncoder encoder = fine.encoder(backbone.widths().subList(maps - levels, maps));
    return new DFineArchitecture(
        backbone,
        encoder,
        fine.decoder(levels, encoder.dim()),
        fine.activation("decoder_activation_function", "relu"),
        "relu",
        fine.denoising(),
        ClassNames.parse(config));
  }

  @Override
  public Program program() {
    return backbone
        .program()
        .and(program(encoder, decoder))
        .and(Program.of(DFineArchitecture.class, "elan_encoder.py", "d_fine_layer.py", "d_fine.py"))
        .with(
            Map.of(
                "FUSED_BY",
                "cat",
                "BRANCH_CONV",
                true,
                "PROJECTED",
                Collections.nCopies(encoder.levels(), true),
                "DECODER_ACTIVATION",
                activation,
                "HEAD_ACTIVATION",
                headActivation,
                "POSITION_LAYERS",
                2,
                "POSITION_ONCE",
                false));
  }

  /** What D-FINE's successors compute as it does, with the sizes. */
  public static Program program(ElanEncoder encoder, FineDecoder decoder) {
    return ConvNorm.folding()
        .and(
            Program.of(
                DFineArchitecture.class,
                SHARED + "architecture/network.py",
                SHARED + "architecture/padding.py",
                SHARED + "transformer/attention.py",
                SHARED + "transformer/transformer.py",
                SHARED + "transformer/coordinates.py",
                SHARED + "transformer/encoder_layer.py",
                SHARED + "deformable/anchors.py",
                SHARED + "deformable/deformable_attention.py",
                decoder.sampling().file(),
                SHARED + "rtdetr/aifi.py",
                SHARED + "rtdetr/neck.py",
                "elan.py",
                "fdr.py",
                "fdr_detector.py"))
        .with(encoder.constants())
        .with(decoder.constants())
        .with(Map.of("CONV_ACTIVATION", "silu", "NORM_EPS", 1e-5));
  }

  @Override
  public Optional<Architecture> forClasses(Map<Integer, String> others) {
    return Optional.of(
        new DFineArchitecture(
            backbone, encoder, decoder, activation, headActivation, denoising, others));
  }

  /** The authors freeze BatchNorms of the backbones that have no learned scales. */
  @Override
  public Optional<TrainingNetwork> training() {
    boolean deim = headActivation.equals("silu");
    boolean live = deim || (backbone instanceof HgNetV2 hgnet && hgnet.affine());
    CriterionSettings criterion = deim ? CriterionSettings.DEIM : CriterionSettings.D_FINE;
    return Optional.of(
        new FineTraining(criterion, denoising, live)
            .network(program(), backbone, encoder, decoder, classNames.size()));
  }

  @Override
  public List<ExpectedTensor> tensors() {
    return DFineTensors.of(this);
  }

  @Override
  public Set<String> ignoredTensors() {
    return DFineTensors.ignored(this);
  }

  @Override
  public PostProcessing postProcessing() {
    return PostProcessing.sigmoidTopK(decoder.queries());
  }

  @Override
  public boolean takes(ImageSize size) {
    return decoder.takes(size);
  }
}
