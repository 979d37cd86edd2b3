package dev.boxmill.detr.detr;

import dev.boxmill.detr.Architecture;
import dev.boxmill.detr.Labels;
import dev.boxmill.detr.layout.BareBackbone;
import dev.boxmill.detr.layout.BareCheckpoint;
import dev.boxmill.detr.layout.BareTransformer;
import dev.boxmill.detr.layout.KeyLayout;
import dev.boxmill.detr.layout.NameTable;
import dev.boxmill.detr.layout.RenamedArchitecture;
import dev.boxmill.detr.transformer.Positions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A DETR as its authors' code or detrex saves it. Tensors don't tell a network with a dilated last
 * stage (DC5) from one without.
 */
public record DetrLayout(String name, Source source, int outputStride) implements KeyLayout {

  /** Whose code named the tensors. */
  enum Source {
    /** facebookresearch/detr. */
    ORIGINAL(
        "transformer.decoder.layers.0.multihead_attn.in_proj_weight", "linear1", "original.names"),

    /** IDEA-Research/detrex. */
    DETREX(
        "transformer.decoder.layers.0.attentions.1.attn.in_proj_weight",
        "ffns.0.layers.0.0",
        "detrex.names");

    private final String mark;
    private final String feedForward;
    private final NameTable names;

    Source(String mark, String feedForward, String names) {
      this.mark = mark;
      this.feedForward = feedForward;
      this.names = NameTable.read(DetrLayout.class, names).and(BareBackbone.NAMES);
    }
  }

  /** The class weights of detrex' loss, which its networks hold. */
  private static final Set<String> IGNORED = Set.of("criterion.empty_weight");

  /** Both with and without dilation, of both sources. */
  public static List<KeyLayout> all() {
    return Stream.of(Source.values())
        .<KeyLayout>flatMap(
            source ->
                Stream.of(
                    new DetrLayout("detr", source, 32), new DetrLayout("detr-dc5", source, 16)))
        .toList();
  }

  @Override
  public boolean fits(BareCheckpoint checkpoint) {
    return checkpoint.has(source.mark)
        && (outputStride == 32 || BareBackbone.mayBeDilated(checkpoint));
  }

  @Override
  public Architecture architecture(BareCheckpoint checkpoint) {
    DetrArchitecture detr =
        new DetrArchitecture(
            BareBackbone.read(checkpoint, outputStride),
            BareTransformer.read(checkpoint, source.feedForward, "relu"),
            checkpoint.size("query_embed.weight", 0),
            Positions.SINE,
            false,
            Labels.ofClasses(checkpoint.size("class_embed.weight", 0) - 1));
    return new RenamedArchitecture(detr, source.names, IGNORED);
  }
}
