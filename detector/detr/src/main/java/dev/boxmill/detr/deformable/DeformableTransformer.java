package dev.boxmill.detr.deformable;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.transformer.PositionEmbedding;
import dev.boxmill.detr.transformer.Transformer;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A transformer over maps of several scales whose tokens and queries attend to a few points of
 * each: {@code deformable_transformer.py} with its constants.
 *
 * @param width channels of all tokens
 * @param scales which maps there are
 * @param projectionsBiased whether the convolutions that bring maps to that width have a bias
 * @param activation of the feed-forward networks: relu, gelu, gelu_new or silu
 */
public record DeformableTransformer(
    int width,
    Scales scales,
    boolean projectionsBiased,
    DeformableLayers encoder,
    DeformableLayers decoder,
    String activation,
    MapPositionEmbedding positions) {

  /** Of all maps' GroupNorm, in every published code. */
  private static final int GROUPS = 32;

  /**
   * Which maps the transformer reads: the backbone's from one of them on to C5, then maps that
   * halve it.
   *
   * @param firstMap 0 for C2 to 3 for C5
   * @param count of all maps
   */
  public record Scales(int firstMap, int count) {
    private static final int LAST_STAGE = 4;

    public Scales {
      if (firstMap < 0 || firstMap > 3) {
        throw new IllegalArgumentException(
            "Invalid first map: C" + (firstMap + 2) + " (must be C2 to C5)");
      }
      if (count < 4 - firstMap) {
        throw new IllegalArgumentException(
            "Invalid num_feature_levels: %d (must be %d at least, one for each of C%d to C5)"
                .formatted(count, 4 - firstMap, firstMap + 2));
      }
    }

    /**
     * The maps that a {@code backbone_config} hands out, whichever way it writes them: [2, 3, 4],
     * [-1], ["stage2", …]; C5 alone where it says nothing.
     *
     * @throws IllegalArgumentException if C5 is not among them, or they have a gap
     */
    public static Scales of(JsonConfig backbone, int count) {
      if (backbone.has("out_features")) {
        return of(
            backbone.texts("out_features").stream()
                .map(name -> Integer.parseInt(name.replaceAll("\\D", "")))
                .toList(),
            count);
      }
      return of(
          backbone.integers("out_indices", List.of(LAST_STAGE)).stream()
              .map(index -> index < 0 ? index + LAST_STAGE + 1 : index)
              .toList(),
          count);
    }

    /**
     * The maps of a backbone's stages.
     *
     * @param stages by number, 1 for C2
     * @throws IllegalArgumentException if C5 is not among them, or they have a gap
     */
    static Scales of(List<Integer> stages, int count) {
      int first = stages.get(0);
      if (first < 1 || !stages.equals(IntStream.rangeClosed(first, LAST_STAGE).boxed().toList())) {
        throw new IllegalArgumentException(
            "Invalid out_indices of the backbone: "
                + stages
                + " (must be some of 1, 2, 3, 4, to the"
                + " last without a gap)");
      }
      return new Scales(first - 1, count);
    }

    /** Maps that are the backbone's. */
    public int ofBackbone() {
      return 4 - firstMap;
    }
  }

  /**
   * A stack of layers.
   *
   * @param heads of each attention
   * @param points that a head samples on each map
   * @param feedForward channels inside the feed-forward networks
   */
  public record DeformableLayers(int count, int heads, int points, int feedForward) {
    public DeformableLayers {
      Transformer.requirePositive("layers", count);
      Transformer.requirePositive("attention_heads", heads);
      Transformer.requirePositive("n_points", points);
      Transformer.requirePositive("ffn_dim", feedForward);
    }
  }

  /**
   * The position embedding of the maps' tokens.
   *
   * @param temperature of the sines
   * @param first position of a row or column: 0.5 puts positions at the cells' centers
   */
  public record MapPositionEmbedding(PositionEmbedding source, double temperature, double first) {}

  public DeformableTransformer {
    Transformer.requirePositive("d_model", width);
    if (width % encoder.heads() != 0 || width % decoder.heads() != 0 || width % GROUPS != 0) {
      throw new IllegalArgumentException(
          "Invalid d_model: %d (must be a multiple of %d and of both numbers of heads)"
              .formatted(width, GROUPS));
    }
  }

  /** The functions that {@code deformable_detr.py} and {@code dino.py} are made of. */
  public Program program() {
    return Program.of(
            DeformableTransformer.class,
            "/dev/boxmill/detr/architecture/network.py",
            "/dev/boxmill/detr/architecture/padding.py",
            "/dev/boxmill/detr/transformer/position.py",
            "/dev/boxmill/detr/transformer/attention.py",
            "/dev/boxmill/detr/transformer/transformer.py",
            "/dev/boxmill/detr/transformer/coordinates.py",
            "/dev/boxmill/detr/deformable/anchors.py",
            "/dev/boxmill/detr/deformable/bilinear_sampling.py",
            "/dev/boxmill/detr/deformable/deformable_attention.py",
            "/dev/boxmill/detr/deformable/deformable_layer.py",
            "/dev/boxmill/detr/deformable/deformable_transformer.py")
        .with(
            Map.of(
                "FIRST_MAP",
                scales.firstMap(),
                "LEVELS",
                scales.count(),
                "GROUPS",
                GROUPS,
                "ACTIVATION",
                activation,
                "NORM_EPS",
                Transformer.NORM_EPS,
                "TEMPERATURE",
                positions.temperature(),
                "FIRST_POSITION",
                positions.first(),
                "LEARNED_POSITIONS",
                positions.source() == PositionEmbedding.LEARNED))
        .with(constants("ENCODER", encoder))
        .with(constants("DECODER", decoder));
  }

  /** What takes the place of some functions in training. */
  public static Program training() {
    return Program.of(
        DeformableTransformer.class,
        "/dev/boxmill/detr/architecture/training.py",
        "/dev/boxmill/detr/deformable/bilinear_sampling_training.py");
  }

  private static Map<String, Integer> constants(String part, DeformableLayers layers) {
    return Map.of(
        part + "_LAYERS", layers.count(),
        part + "_HEADS", layers.heads(),
        part + "_POINTS", layers.points());
  }

  /** Channels that the backbone's map for that level has, or the level before. */
  int channels(List<Integer> backboneWidths, int level) {
    if (level > scales.ofBackbone()) {
      return width;
    }
    return backboneWidths.get(Math.min(3, scales.firstMap() + level));
  }
}
