package dev.boxmill.detr.dab;

import dev.boxmill.detr.Architecture;
import dev.boxmill.detr.Labels;
import dev.boxmill.detr.dab.DabArchitecture.Sines;
import dev.boxmill.detr.dab.DabArchitecture.Variant;
import dev.boxmill.detr.layout.BareBackbone;
import dev.boxmill.detr.layout.BareCheckpoint;
import dev.boxmill.detr.layout.BareTransformer;
import dev.boxmill.detr.layout.KeyLayout;
import dev.boxmill.detr.layout.NameTable;
import dev.boxmill.detr.layout.RenamedArchitecture;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A DAB-DETR or DN-DETR as its authors' code or detrex saves it. Tensors don't tell a network with
 * a dilated last stage (DC5) from one without.
 */
public record DabLayout(Network network, Source source, int outputStride) implements KeyLayout {

  /**
   * Which of the two it is: only DN-DETR embeds labels, for the queries that it learns to clean.
   */
  enum Network {
    DAB,
    DN
  }

  /** Whose code named the tensors. */
  enum Source {
    /** IDEA-Research/DAB-DETR and IDEA-Research/DN-DETR. */
    ORIGINAL("linear1", "original.names"),

    /** IDEA-Research/detrex. */
    DETREX("ffns.0.layers.0.0", "detrex.names");

    private final String feedForward;
    private final NameTable names;

    Source(String feedForward, String names) {
      this.feedForward = feedForward;
      this.names = NameTable.read(DabLayout.class, names).and(BareBackbone.NAMES);
    }
  }

  private static final String ANCHORS = "model.query_refpoint_embeddings.weight";
  private static final String PATTERNS = "model.patterns.weight";
  private static final String LABELS = "model.label_embeddings.weight";
  private static final String ENCODER_NORM = "model.encoder.norm.weight";
  private static final String QUERY_CONTENT =
      "model.decoder.layers.0.cross_attn.cross_attn_query_content_proj.weight";
  private static final String LATER_QUERY_POSITION =
      "model.decoder.layers.1.cross_attn.cross_attn_query_pos_proj.weight";

  /** What both code bases keep of the pairs of query and class. */
  private static final int BEST = 300;

  private static final double INVERSE_SIGMOID_EPS = 1e-3;

  /** The class weights of detrex' loss, which its networks may hold. */
  private static final Set<String> IGNORED = Set.of("criterion.empty_weight");

  /** Both networks of both sources, with and without dilation. */
  public static List<KeyLayout> all() {
    return Arrays.stream(Source.values())
        .flatMap(source -> Stream.of(new DabLayout(Network.DAB, source, 32), dn(source)))
        .<KeyLayout>flatMap(layout -> Stream.of(layout, layout.dilated()))
        .toList();
  }

  private static DabLayout dn(Source source) {
    return new DabLayout(Network.DN, source, 32);
  }

  private DabLayout dilated() {
    return new DabLayout(network, source, 16);
  }

  @Override
  public String name() {
    String name = network == Network.DN ? "dn-detr" : "dab-detr";
    return outputStride == 32 ? name : name + "-dc5";
  }

  @Override
  public boolean fits(BareCheckpoint checkpoint) {
    return has(checkpoint, ANCHORS)
        && has(checkpoint, QUERY_CONTENT)
        && has(checkpoint, LABELS) == (network == Network.DN)
        && (outputStride == 32 || BareBackbone.mayBeDilated(checkpoint));
  }

  @Override
  public Architecture architecture(BareCheckpoint checkpoint) {
    Content content = content(checkpoint);
    DabArchitecture dab =
        new DabArchitecture(
            BareBackbone.read(checkpoint, outputStride),
            BareTransformer.read(checkpoint, source.feedForward, "prelu"),
            checkpoint.size(theirs(ANCHORS), 0),
            content,
            content == Content.PATTERNS ? checkpoint.size(theirs(PATTERNS), 0) : 0,
            variant(checkpoint),
            Labels.ofClasses(checkpoint.size("class_embed.weight", 0)));
    return new RenamedArchitecture(dab, source.names, IGNORED);
  }

  private Content content(BareCheckpoint checkpoint) {
    if (network == Network.DN) {
      return Content.NO_OBJECT;
    }
    return has(checkpoint, PATTERNS) ? Content.PATTERNS : Content.ZERO;
  }

  private Variant variant(BareCheckpoint checkpoint) {
    return new Variant(
        has(checkpoint, LATER_QUERY_POSITION),
        has(checkpoint, ENCODER_NORM),
        Sines.PUBLISHED,
        INVERSE_SIGMOID_EPS,
        BEST);
  }

  private boolean has(BareCheckpoint checkpoint, String ours) {
    return checkpoint.has(theirs(ours));
  }

  private String theirs(String ours) {
    return source.names.translated(ours).get(0);
  }
}
