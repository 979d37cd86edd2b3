package dev.boxmill.detr.dab;

import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.RenamedArchitecture;
import dev.boxmill.detr.architecture.StateDictFormat;
import dev.boxmill.detr.backbone.Backbones;
import dev.boxmill.detr.dab.DabArchitecture.Sines;
import dev.boxmill.detr.dab.DabArchitecture.Variant;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.statedict.StateDict;
import dev.boxmill.detr.transformer.StateDictTransformer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A DAB-DETR or DN-DETR as its authors' code or detrex saves it. The tensors of a network with a
 * dilated last stage (DC5) look like those of one without.
 */
public record DabStateDictFormat(Network network, Source source, int outputStride)
    implements StateDictFormat {

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
    ORIGINAL("linear1", "original.keys"),

    /** IDEA-Research/detrex. */
    DETREX("ffns.0.layers.0.0", "detrex.keys");

    private final String feedForward;
    private final KeyMapping names;

    Source(String feedForward, String names) {
      this.feedForward = feedForward;
      this.names = KeyMapping.read(DabStateDictFormat.class, names).and(Backbones.KEYS);
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
  public static List<StateDictFormat> all() {
    return Arrays.stream(Source.values())
        .flatMap(source -> Stream.of(new DabStateDictFormat(Network.DAB, source, 32), dn(source)))
        .<StateDictFormat>flatMap(format -> Stream.of(format, format.dilated()))
        .toList();
  }

  private static DabStateDictFormat dn(Source source) {
    return new DabStateDictFormat(Network.DN, source, 32);
  }

  private DabStateDictFormat dilated() {
    return new DabStateDictFormat(network, source, 16);
  }

  @Override
  public String name() {
    String name = network == Network.DN ? "dn-detr" : "dab-detr";
    return outputStride == 32 ? name : name + "-dc5";
  }

  @Override
  public boolean fits(StateDict checkpoint) {
    return has(checkpoint, ANCHORS)
        && has(checkpoint, QUERY_CONTENT)
        && has(checkpoint, LABELS) == (network == Network.DN)
        && (outputStride == 32 || Backbones.mayBeDilated(checkpoint));
  }

  @Override
  public Architecture architecture(StateDict checkpoint) {
    QueryContent content = content(checkpoint);
    DabArchitecture dab =
        new DabArchitecture(
            Backbones.find(checkpoint, outputStride),
            StateDictTransformer.read(checkpoint, source.feedForward, "prelu"),
            checkpoint.size(theirs(ANCHORS), 0),
            content,
            content == QueryContent.PATTERNS ? checkpoint.size(theirs(PATTERNS), 0) : 0,
            variant(checkpoint),
            ClassNames.ofClasses(checkpoint.size("class_embed.weight", 0)));
    return new RenamedArchitecture(dab, source.names, IGNORED);
  }

  private QueryContent content(StateDict checkpoint) {
    if (network == Network.DN) {
      return QueryContent.NO_OBJECT;
    }
    return has(checkpoint, PATTERNS) ? QueryContent.PATTERNS : QueryContent.ZERO;
  }

  private Variant variant(StateDict checkpoint) {
    return new Variant(
        has(checkpoint, LATER_QUERY_POSITION),
        has(checkpoint, ENCODER_NORM),
        Sines.PUBLISHED,
        INVERSE_SIGMOID_EPS,
        BEST);
  }

  private boolean has(StateDict checkpoint, String ours) {
    return checkpoint.has(theirs(ours));
  }

  private String theirs(String ours) {
    return source.names.translated(ours).get(0);
  }
}
