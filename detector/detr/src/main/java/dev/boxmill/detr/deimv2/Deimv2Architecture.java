package dev.boxmill.detr.deimv2;

import dev.boxmill.checkpoint.Checkpoint;
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
import dev.boxmill.detr.backbone.HgNetV2;
import dev.boxmill.detr.criterion.CriterionSettings;
import dev.boxmill.detr.criterion.DenoisingSettings;
import dev.boxmill.detr.dfine.DFineArchitecture;
import dev.boxmill.detr.dfine.ElanEncoder;
import dev.boxmill.detr.dfine.FineConfig;
import dev.boxmill.detr.dfine.FineDecoder;
import dev.boxmill.detr.dfine.FineTraining;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Program;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * DEIMv2 (Huang et al., "Real-Time Object Detection Meets DINOv3", 2025) over a convolutional
 * backbone or a {@link DinoV3}, as its authors compute it. It reads the directories of
 * transformers' {@code Deimv2ForObjectDetection}, which computes another network: ReLU for SiLU in
 * its heads, a LayerNorm on the encoder's tokens, and positions computed in each layer.
 *
 * @param lite whether the encoder is the small one, which reads one map and has no self-attention
 * @param projected of the maps that the other encoder reads, whether a convolution brings it to the
 *     encoder's width
 * @param branchConv whether a 3x3 convolution ends the branches of the encoder's blocks
 * @param gated whether a gate weighs what a layer's queries sampled against what they were
 * @param sharesBoxHead whether all layers have one box head
 * @param denoising queries of training; none if their number is 0
 * @param classNames class names by index; as many classes as the heads have
 */
public record Deimv2Architecture(
    Backbone backbone,
    boolean lite,
    List<Boolean> projected,
    ElanEncoder encoder,
    boolean branchConv,
    FineDecoder decoder,
    boolean gated,
    boolean sharesBoxHead,
    DenoisingSettings denoising,
    Map<Integer, String> classNames)
    implements BackboneArchitecture {

  /** Its entry in the family's registry. */
  public static final FamilyMember MEMBER =
      new FamilyMember(
          List.of(new ModelType("deimv2", Deimv2Architecture::parse)),
          List.of(new Deimv2StateDictFormat()));

  private static final int LITE_LEVELS = 2;

  public Deimv2Architecture {
    classNames = Map.copyOf(classNames);
    projected = List.copyOf(projected);
  }

  /**
   * Reads a DEIMv2's {@code config.json} with the library's defaults.
   *
   * @throws CheckpointException if a setting is not supported, or a key is unknown
   */
  public static Deimv2Architecture parse(JsonConfig config) {
    return FineConfig.parse(config, Deimv2Architecture::read);
  }

  private static Deimv2Architecture read(FineConfig fine) {
    JsonConfig config = fine.keys();
    config.allows("model_type", "this is the loader of DEIMv2", "deimv2");
    config.allows(
        "architectures", "only boxes are computed", List.of("Deimv2ForObjectDetection"), List.of());
    // of training, and the size of images, which what converts the authors' checkpoints notes
    config.ignores("use_dense_one_to_one", "mal_alpha", "eval_size");
    requireSilu(config);
    config.allows("encoder_fuse_op", "the library itself fails with others", "sum");
    config.allows("encoder_type", "there are two encoders", "hybrid", "lite");
    boolean lite = config.text("encoder_type", "hybrid").equals("lite");
    boolean dino = DinoV3Config.isIn(config);
    if (!dino) {
      // of DINOv3 alone
      config.ignores("spatial_tuning_adapter_inplanes");
    }
    Backbone backbone = dino ? DinoV3Config.parse(config) : fine.backbone();
    int maps = backbone.widths().size();
    int read = dino ? maps : fine.levels(backbone);
    ElanEncoder encoder = fine.encoder(backbone.widths().subList(maps - read, maps));
    requireLite(lite, encoder, config);
    return new Deimv2Architecture(
        backbone,
        lite,
        Collections.nCopies(read, !dino),
        lite ? encoder.withoutSelfAttention() : encoder,
        config.flag("encoder_has_trailing_conv", true),
        fine.decoder(lite ? LITE_LEVELS : read, encoder.dim()),
        config.flag("use_gateway", true),
        config.flag("share_bbox_head", false),
        fine.denoising(),
        ClassNames.parse(config));
  }

  /** The library reads it for one head alone, and its default is another. */
  private static void requireSilu(JsonConfig config) {
    String activation = config.text("decoder_activation_function", "relu");
    if (!activation.equals("silu")) {
      throw new CheckpointException(
          "Invalid decoder_activation_function in %s: %s (must be silu, as in its authors' heads)"
              .formatted(config.file(), activation));
    }
  }

  private static void requireLite(boolean lite, ElanEncoder encoder, JsonConfig config) {
    if (lite && encoder.levels() != 1) {
      throw new CheckpointException(
          "Invalid encoder_type in %s: lite (must be hybrid for %d maps of the backbone)"
              .formatted(config.file(), encoder.levels()));
    }
  }

  @Override
  public Program program() {
    String folder = "/dev/boxmill/detr/dfine/";
    return backbone
        .program()
        .and(DFineArchitecture.program(encoder, decoder))
        .and(
            Program.of(
                Deimv2Architecture.class,
                lite ? "lite_encoder.py" : folder + "elan_encoder.py",
                "deimv2_layer.py",
                "deimv2.py"))
        .with(
            Map.of(
                "FUSED_BY",
                "sum",
                "BRANCH_CONV",
                branchConv,
                "PROJECTED",
                projected,
                "GATED",
                gated,
                "HEAD_ACTIVATION",
                "silu",
                "POSITION_LAYERS",
                3,
                "POSITION_ONCE",
                true));
  }

  @Override
  public Optional<Architecture> forClasses(Map<Integer, String> others) {
    return Optional.of(
        new Deimv2Architecture(
            backbone,
            lite,
            projected,
            encoder,
            branchConv,
            decoder,
            gated,
            sharesBoxHead,
            denoising,
            others));
  }

  /** Over an HGNetV2; the smallest networks' distributions have no losses of their own. */
  @Override
  public Optional<TrainingNetwork> training() {
    if (!(backbone instanceof HgNetV2)) {
      return Optional.empty();
    }
    CriterionSettings criterion = lite ? CriterionSettings.DEIM_LITE : CriterionSettings.DEIM;
    return Optional.of(
        new FineTraining(criterion, denoising, true)
            .network(program(), backbone, encoder, decoder, classNames.size()));
  }

  @Override
  public List<ExpectedTensor> tensors() {
    return Deimv2Tensors.of(this);
  }

  @Override
  public Set<String> ignoredTensors() {
    return Deimv2Tensors.ignored(this);
  }

  @Override
  public void require(Checkpoint checkpoint) {
    IdentityLayer.BEHIND_ENCODER.require(checkpoint);
    if (backbone instanceof DinoV3 dino && !dino.normed()) {
      IdentityLayer.BEHIND_BACKBONE.require(checkpoint);
    }
  }

  /** The maps of a {@link DinoV3} fit each other where none has a part of a cell. */
  @Override
  public int sideMultiple() {
    return backbone instanceof DinoV3 ? DinoV3.MULTIPLE : 1;
  }

  @Override
  public PostProcessing postProcessing() {
    return PostProcessing.sigmoidTopK(decoder.queries());
  }

  @Override
  public boolean takes(ImageSize size) {
    return decoder.takes(size) && BackboneArchitecture.super.takes(size);
  }
}
