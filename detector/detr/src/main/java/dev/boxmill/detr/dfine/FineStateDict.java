package dev.boxmill.detr.dfine;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.PreprocessingArchitecture;
import dev.boxmill.detr.architecture.RenamedArchitecture;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.dfine.FineDecoder.Quality;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.detr.rtdetr.RtDetrStateDictFormat;
import dev.boxmill.detr.rtdetr.Sampling;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.statedict.StateDict;
import dev.boxmill.schemas.ImageSize;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The sizes of a D-FINE or DEIMv2 in a state dict of their authors. */
public final class FineStateDict {

  /** Of a network that stops at its candidates' boxes, as all of these do. */
  public static final String FIRST_BOXES = "decoder.pre_bbox_head.layers.0.weight";

  private static final String DECODER_LAYERS = "decoder.decoder.layers.";
  private static final String ANCHORS = "decoder.anchors";
  private static final int USUAL_SIDE = 640;
  private static final int HEADS = 8;
  private static final double TEMPERATURE = 10000;

  /** What their evaluation or RT-DETRv4's training keeps beside the network. */
  private static final Set<String> IGNORED =
      Set.of(
          ANCHORS,
          "decoder.valid_mask",
          "encoder.feature_projector.0.weight",
          "encoder.feature_projector.0.bias");

  private static final KeyMapping NAMES =
      KeyMapping.read(FineStateDict.class, "shared.keys").and(RtDetrStateDictFormat.SHARED_NAMES);

  private final StateDict stateDict;
  private final Backbone backbone;
  private final List<Integer> channels;
  private final List<Integer> strides;

  /**
   * Of a checkpoint.
   *
   * @param backbone that it has
   * @param read how many of the backbone's maps the encoder reads, its last ones
   * @param added how many it makes of them
   * @throws CheckpointException if the backbone has fewer
   */
  public FineStateDict(StateDict stateDict, Backbone backbone, int read, int added) {
    this.stateDict = stateDict;
    this.backbone = backbone;
    int maps = backbone.widths().size();
    if (read > maps) {
      throw new CheckpointException(
          "Cannot use the checkpoint: its encoder reads "
              + read
              + " maps of a backbone of "
              + maps);
    }
    this.channels = backbone.widths().subList(maps - read, maps);
    this.strides = new ArrayList<>(backbone.featureStrides().subList(maps - read, maps));
    for (int i = 0; i < added; i++) {
      strides.add(2 * strides.get(strides.size() - 1));
    }
  }

  public Backbone backbone() {
    return backbone;
  }

  public Map<Integer, String> classNames() {
    return ClassNames.ofClasses(stateDict.size("decoder.enc_score_head.weight", 0));
  }

  /**
   * The encoder's sizes.
   *
   * @param block the first of its blocks
   */
  public ElanEncoder encoder(String block) {
    String branch = block + ".cv2.0.bottlenecks.";
    String layers = "encoder.encoder.0.layers.";
    int count = stateDict.count(layers);
    if (stateDict.hasAny("encoder.encoder.1.")) {
      throw new CheckpointException(
          "Cannot use the checkpoint: its encoder attends within several maps (must be the last"
              + " alone, as in the published networks: use a Hugging Face directory)");
    }
    return new ElanEncoder(
        channels,
        stateDict.size(block + ".cv4.conv.weight", 0),
        stateDict.size(branch + "0.conv1.conv.weight", 0),
        stateDict.count(branch),
        List.of(channels.size() - 1),
        count,
        stateDict.setting("heads", HEADS),
        count == 0 ? 1 : stateDict.size(layers + "0.linear1.weight", 0),
        "gelu",
        TEMPERATURE);
  }

  /**
   * The decoder's sizes.
   *
   * @param feedForward the weight whose rows are its feed-forward networks' size, behind a layer's
   *     name
   * @param queries that published networks of its kind have
   */
  public FineDecoder decoder(String feedForward, int queries) {
    int layers = stateDict.count(DECODER_LAYERS);
    String quality = "decoder.decoder.lqe_layers." + (layers - 1) + ".reg_conf.layers.";
    boolean learned = stateDict.has("decoder.tgt_embed.weight");
    return new FineDecoder(
        stateDict.size("decoder.enc_score_head.weight", 1),
        stateDict.hasAny("decoder.input_proj."),
        layers,
        stateDict.setting("heads", HEADS),
        points(),
        stateDict.size(DECODER_LAYERS + "0." + feedForward, 0),
        Sampling.SECOND_VERSION,
        learned
            ? stateDict.size("decoder.tgt_embed.weight", 0)
            : stateDict.setting("queries", queries),
        learned,
        stateDict.size("decoder.dec_bbox_head.0.layers.2.bias", 0) / 4 - 1,
        new Quality(
            stateDict.size(quality + "0.weight", 1) / 4 - 1,
            stateDict.count(quality),
            stateDict.size(quality + "0.weight", 0)),
        strides,
        List.of());
  }

  /** Each of a level's n points has the scale 1 / n. */
  private List<Integer> points() {
    FloatBuffer scales = stateDict.values(DECODER_LAYERS + "0.cross_attn.num_points_scale");
    List<Integer> points = new ArrayList<>();
    for (int at = 0; at < scales.remaining(); at += points.get(points.size() - 1)) {
      points.add(Math.max(1, Math.round(1 / scales.get(scales.position() + at))));
    }
    if (points.size() != strides.size()) {
      throw new CheckpointException(
          "Cannot use the checkpoint: its decoder samples points %s (must be of %d levels)"
              .formatted(points, strides.size()));
    }
    return points;
  }

  /**
   * The network under the authors' names, with their preprocessing.
   *
   * @param names of all that D-FINE and DEIMv2 don't share
   * @param preprocessing of images that get that size
   */
  public Architecture named(
      Architecture network, KeyMapping names, Function<ImageSize, Preprocessing> preprocessing) {
    KeyMapping all = names.and(NAMES);
    int side = stateDict.setting("size", side());
    return new PreprocessingArchitecture(
        new RenamedArchitecture(network, all, IGNORED),
        preprocessing.apply(new ImageSize(side, side)));
  }

  /** Anchors that were kept are those of the size of evaluation, a square. */
  private int side() {
    if (!stateDict.has(ANCHORS)) {
      return USUAL_SIDE;
    }
    double density = strides.stream().mapToDouble(stride -> 1.0 / (stride * stride)).sum();
    return (int) Math.round(Math.sqrt(stateDict.size(ANCHORS, 1) / density));
  }
}
