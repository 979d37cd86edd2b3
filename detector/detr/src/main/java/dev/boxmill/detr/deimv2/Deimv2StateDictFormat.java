package dev.boxmill.detr.deimv2;

import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.StateDictFormat;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.backbone.Backbones;
import dev.boxmill.detr.backbone.HgNetV2;
import dev.boxmill.detr.dfine.FineDecoder;
import dev.boxmill.detr.dfine.FineStateDict;
import dev.boxmill.detr.dfine.FineTraining;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.statedict.StateDict;
import java.util.List;
import java.util.stream.IntStream;

/** A DEIMv2 as its authors' code saves it. */
final class Deimv2StateDictFormat implements StateDictFormat {
  private static final String HGNET = "model.conv_encoder.model.";
  private static final String LITE = "encoder.bi_fusion.";
  private static final String BOX_HEAD = "decoder.dec_bbox_head.%d.layers.0.weight";
  private static final String FEED_FORWARD = "swish_ffn.w12.weight";

  /** Of the published networks: Atto's, Femto's and Pico's, and all others'. */
  private static int queries(int dim) {
    return switch (dim) {
      case 64 -> 100;
      case 96 -> 150;
      case 112 -> 200;
      default -> 300;
    };
  }

  @Override
  public String name() {
    return "deimv2";
  }

  @Override
  public boolean fits(StateDict checkpoint) {
    return checkpoint.has(FineStateDict.FIRST_BOXES)
        && checkpoint.has("decoder.decoder.layers.0." + FEED_FORWARD)
        && (checkpoint.hasAny("backbone.stem.") || DinoV3StateDict.isIn(checkpoint));
  }

  @Override
  public Architecture architecture(StateDict checkpoint) {
    boolean lite = checkpoint.hasAny(LITE);
    int levels = lite ? 1 : checkpoint.count("encoder.lateral_convs.") + 1;
    String block = lite ? "encoder.fpn_block" : "encoder.fpn_blocks.0";
    FineStateDict sizes = new FineStateDict(checkpoint, backbone(checkpoint), levels, lite ? 1 : 0);
    int dim = checkpoint.size("decoder.enc_score_head.weight", 1);
    FineDecoder decoder = sizes.decoder(FEED_FORWARD, queries(dim));
    List<Boolean> projected =
        IntStream.range(0, levels)
            .mapToObj(level -> checkpoint.hasAny("encoder.input_proj." + level + "."))
            .toList();
    Deimv2Architecture network =
        new Deimv2Architecture(
            sizes.backbone(),
            lite,
            projected,
            sizes.encoder(block),
            checkpoint.hasAny(block + ".cv2.1."),
            decoder,
            checkpoint.hasAny("decoder.decoder.layers.0.gateway."),
            sharesBoxHead(checkpoint),
            FineTraining.PUBLISHED_DENOISING,
            sizes.classNames());
    KeyMapping names = KeyMapping.read(Deimv2StateDictFormat.class, "original.keys");
    return network.backbone() instanceof DinoV3
        ? sizes.named(network, names.and(DinoV3StateDict.NAMES), Preprocessing::square)
        : sizes.named(network, names.and(HgNetV2.originalNames(HGNET)), Preprocessing::stretched);
  }

  /** A head that all layers share stands there once for each, always the same. */
  private static boolean sharesBoxHead(StateDict checkpoint) {
    String second = String.format(BOX_HEAD, 1);
    return checkpoint.has(second)
        && checkpoint.values(second).equals(checkpoint.values(String.format(BOX_HEAD, 0)));
  }

  private static Backbone backbone(StateDict checkpoint) {
    return DinoV3StateDict.isIn(checkpoint)
        ? DinoV3StateDict.read(checkpoint)
        : Backbones.find(checkpoint, 32);
  }
}
