package dev.boxmill.detr.detr;

import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.architecture.RenamedArchitecture;
import dev.boxmill.detr.architecture.StateDictFormat;
import dev.boxmill.detr.backbone.Backbones;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.statedict.StateDict;
import dev.boxmill.detr.transformer.PositionEmbedding;
import dev.boxmill.detr.transformer.StateDictTransformer;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A DETR as its authors' code or detrex saves it. The tensors of a network with a dilated last
 * stage (DC5) look like those of one without.
 */
public record DetrStateDictFormat(String name, Source source, int outputStride)
    implements StateDictFormat {

  /** Whose code named the tensors. */
  enum Source {
    /** facebookresearch/detr. */
    ORIGINAL(
        "transformer.decoder.layers.0.multihead_attn.in_proj_weight", "linear1", "original.keys"),

    /** IDEA-Research/detrex. */
    DETREX(
        "transformer.decoder.layers.0.attentions.1.attn.in_proj_weight",
        "ffns.0.layers.0.0",
        "detrex.keys");

    private final String mark;
    private final String feedForward;
    private final KeyMapping names;

    Source(String mark, String feedForward, String names) {
      this.mark = mark;
      this.feedForward = feedForward;
      this.names = KeyMapping.read(DetrStateDictFormat.class, names).and(Backbones.KEYS);
    }
  }

  /** The class weights of detrex' loss, which its networks hold. */
  private static final Set<String> IGNORED = Set.of("criterion.empty_weight");

  /** Both with and without dilation, of both sources. */
  public static List<StateDictFormat> all() {
    return Stream.of(Source.values())
        .<StateDictFormat>flatMap(
            source ->
                Stream.of(
                    new DetrStateDictFormat("detr", source, 32),
                    new DetrStateDictFormat("detr-dc5", source, 16)))
        .toList();
  }

  @Override
  public boolean fits(StateDict checkpoint) {
    return checkpoint.has(source.mark)
        && (outputStride == 32 || Backbones.mayBeDilated(checkpoint));
  }

  @Override
  public Architecture architecture(StateDict checkpoint) {
    DetrArchitecture detr =
        new DetrArchitecture(
            Backbones.find(checkpoint, outputStride),
            StateDictTransformer.read(checkpoint, source.feedForward, "relu"),
            checkpoint.size("query_embed.weight", 0),
            PositionEmbedding.SINE,
            false,
            ClassNames.ofClasses(checkpoint.size("class_embed.weight", 0) - 1));
    return new RenamedArchitecture(detr, source.names, IGNORED);
  }
}
