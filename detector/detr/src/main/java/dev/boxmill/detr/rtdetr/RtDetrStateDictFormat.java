package dev.boxmill.detr.rtdetr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.PreprocessingArchitecture;
import dev.boxmill.detr.architecture.RenamedArchitecture;
import dev.boxmill.detr.architecture.StateDictFormat;
import dev.boxmill.detr.backbone.Backbones;
import dev.boxmill.detr.backbone.ResNetVd;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.detr.rtdetr.RtDetrArchitecture.Decoder;
import dev.boxmill.detr.rtdetr.RtDetrArchitecture.HybridEncoder;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.statedict.StateDict;
import dev.boxmill.schemas.ImageSize;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An RT-DETR or RT-DETRv2 as its authors' PyTorch code saves it.
 *
 * @param version which of the two, and how it samples
 */
public record RtDetrStateDictFormat(Version version) implements StateDictFormat {

  /** Names that RT-DETR's successors have too. */
  public static final KeyMapping SHARED_NAMES =
      KeyMapping.read(RtDetrStateDictFormat.class, "shared.keys");

  private static final KeyMapping NAMES =
      KeyMapping.read(RtDetrStateDictFormat.class, "original.keys")
          .and(SHARED_NAMES)
          .and(ResNetVd.originalNames());

  private static final String ANCHORS = "decoder.anchors";
  private static final String DECODER_LAYERS = "decoder.decoder.layers.";
  private static final String AIFI = "encoder.encoder.";
  private static final String LEARNED = "decoder.tgt_embed.weight";

  /** What their evaluation keeps beside the network. */
  private static final Set<String> KEPT =
      Set.of(ANCHORS, "decoder.valid_mask", "encoder.pos_embed2");

  private static final int HEADS = 8;
  private static final int QUERIES = 300;
  private static final int LEVELS = 3;
  private static final int SIDE = 640;

  /** Cells of all levels for each pixel of the image. */
  private static final double DENSITY = 1.0 / 64 + 1.0 / 256 + 1.0 / 1024;

  /** R50-M trains more layers than it evaluates: its encoder's blocks are narrow. */
  private static final int LAYERS_OF_MIDDLE = 3;

  private static final int LAYERS = 6;

  /** Which RT-DETR; tensors do not show how the second one samples. */
  enum Version {
    FIRST("rt-detr", Sampling.FIRST_VERSION),
    SECOND("rt-detrv2", Sampling.SECOND_VERSION),
    DISCRETE("rt-detrv2-discrete", Sampling.DISCRETE);

    private final String text;
    private final Sampling sampling;

    Version(String text, Sampling sampling) {
      this.text = text;
      this.sampling = sampling;
    }
  }

  static List<StateDictFormat> all() {
    return Arrays.stream(Version.values())
        .<StateDictFormat>map(RtDetrStateDictFormat::new)
        .toList();
  }

  @Override
  public String name() {
    return version.text;
  }

  @Override
  public boolean fits(StateDict checkpoint) {
    String sampling = DECODER_LAYERS + "0.cross_attn.";
    return checkpoint.has(sampling + "value_proj.weight")
        && checkpoint.hasAny("encoder.fpn_blocks.0.conv1.")
        && checkpoint.has(sampling + "num_points_scale") == (version != Version.FIRST);
  }

  @Override
  public Architecture architecture(StateDict checkpoint) {
    HybridEncoder encoder = encoder(checkpoint);
    int trained = checkpoint.count(DECODER_LAYERS);
    boolean middle = encoder.blockDim() < encoder.dim() && trained == LAYERS;
    int layers = checkpoint.setting("layers", middle ? LAYERS_OF_MIDDLE : trained);
    if (layers > trained) {
      throw new CheckpointException(
          "Invalid --architecture: layers=%d (must be %d at most, as the checkpoint's decoder has)"
              .formatted(layers, trained));
    }
    RtDetrArchitecture network = network(checkpoint, encoder, layers);
    Set<String> ignored = new HashSet<>(KEPT);
    ignored.addAll(unread(network, network(checkpoint, encoder, trained)));
    int side = checkpoint.setting("size", side(checkpoint));
    return new PreprocessingArchitecture(
        new RenamedArchitecture(network, NAMES, ignored),
        Preprocessing.stretched(new ImageSize(side, side)));
  }

  private RtDetrArchitecture network(StateDict checkpoint, HybridEncoder encoder, int layers) {
    return new RtDetrArchitecture(
        Backbones.find(checkpoint, 32),
        encoder,
        decoder(checkpoint, layers),
        1e-5,
        1e-5,
        false,
        RtDetrArchitecture.PUBLISHED_DENOISING,
        ClassNames.ofClasses(checkpoint.size("decoder.enc_score_head.weight", 0)));
  }

  private static HybridEncoder encoder(StateDict checkpoint) {
    if (checkpoint.count(AIFI) != 1) {
      throw new CheckpointException(
          "Cannot use the checkpoint: its encoder attends within %d maps (must be the last alone, as"
                  .formatted(checkpoint.count(AIFI))
              + " in the published networks: use a Hugging Face directory)");
    }
    return new HybridEncoder(
        checkpoint.size("encoder.lateral_convs.0.conv.weight", 0),
        checkpoint.size("encoder.fpn_blocks.0.conv1.conv.weight", 0),
        List.of(LEVELS - 1),
        checkpoint.count(AIFI + "0.layers."),
        checkpoint.setting("heads", HEADS),
        checkpoint.size(AIFI + "0.layers.0.linear1.weight", 0),
        "gelu",
        "silu",
        10000,
        false);
  }

  private Decoder decoder(StateDict checkpoint, int layers) {
    int heads = checkpoint.setting("heads", HEADS);
    boolean learned = checkpoint.has(LEARNED);
    int offsets = checkpoint.size(DECODER_LAYERS + "0.cross_attn.sampling_offsets.weight", 0);
    return new Decoder(
        checkpoint.size("decoder.enc_score_head.weight", 1),
        layers,
        heads,
        offsets / (2 * heads * LEVELS),
        checkpoint.size(DECODER_LAYERS + "0.linear1.weight", 0),
        "relu",
        version.sampling,
        learned ? checkpoint.size(LEARNED, 0) : checkpoint.setting("queries", QUERIES),
        learned,
        List.of());
  }

  /** Tensors of the layers behind the one whose boxes are the result. */
  private static Set<String> unread(RtDetrArchitecture network, RtDetrArchitecture trained) {
    Set<String> names = new HashSet<>();
    Set<String> read = new HashSet<>();
    network.tensors().forEach(tensor -> read.add(tensor.programName()));
    for (ExpectedTensor tensor : trained.tensors()) {
      if (!read.contains(tensor.programName())) {
        names.addAll(NAMES.translated(tensor).checkpointNames());
      }
    }
    return names;
  }

  /** Anchors that were kept are those of the size of evaluation, a square. */
  private static int side(StateDict checkpoint) {
    return checkpoint.has(ANCHORS)
        ? (int) Math.round(Math.sqrt(checkpoint.size(ANCHORS, 1) / DENSITY))
        : SIDE;
  }
}
