package dev.boxmill.job.bench;

import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.ClassNames;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.backbone.ResNet;
import dev.boxmill.detr.backbone.ResNet.Block;
import dev.boxmill.detr.backbone.ResNetNames;
import dev.boxmill.detr.backbone.Swin;
import dev.boxmill.detr.backbone.SwinNames;
import dev.boxmill.detr.dab.DabArchitecture;
import dev.boxmill.detr.dab.DabArchitecture.Sines;
import dev.boxmill.detr.dab.DabArchitecture.Variant;
import dev.boxmill.detr.dab.QueryContent;
import dev.boxmill.detr.deformable.DeformableTransformer;
import dev.boxmill.detr.deformable.DeformableTransformer.MapPositionEmbedding;
import dev.boxmill.detr.deformable.DeformableTransformer.Scales;
import dev.boxmill.detr.dino.DinoArchitecture;
import dev.boxmill.detr.transformer.PositionEmbedding;
import dev.boxmill.detr.transformer.Transformer;
import dev.boxmill.detr.transformer.TransformerLayers;
import java.util.List;

/** Networks that transformers doesn't have, in the sizes that their authors published. */
final class PublishedNetworks {
  private static final int CLASSES = 91;

  private PublishedNetworks() {}

  /**
   * DN-DETR over ResNet-50.
   *
   * @param outputStride 32, or 16 for a dilated last stage
   */
  static Architecture dnDetr(int outputStride) {
    TransformerLayers layers = new TransformerLayers(6, 8, 2048);
    return new DabArchitecture(
        resnet50(outputStride),
        new Transformer(256, layers, layers, "prelu"),
        300,
        QueryContent.NO_OBJECT,
        0,
        new Variant(false, false, Sines.PUBLISHED, 1e-3, 300),
        ClassNames.ofClasses(CLASSES));
  }

  /**
   * DINO over ResNet-50.
   *
   * @param scales of its maps: 4 begin with C3, 5 with C2
   */
  static Architecture dino(int scales) {
    return dino(resnet50(32), scales);
  }

  /** DINO with four scales over Swin-T, which Grounding DINO is with words. */
  static Architecture dinoSwin() {
    return dino(
        new Swin(
            96,
            List.of(2, 2, 6, 2),
            List.of(3, 6, 12, 24),
            7,
            4,
            "gelu",
            List.of(false, true, true, true),
            SwinNames.ORIGINAL),
        4);
  }

  private static Architecture dino(Backbone backbone, int scales) {
    DeformableTransformer.DeformableLayers layers =
        new DeformableTransformer.DeformableLayers(6, 8, 4, 2048);
    return new DinoArchitecture(
        backbone,
        new DeformableTransformer(
            256,
            new Scales(5 - scales, scales),
            true,
            layers,
            layers,
            "relu",
            new MapPositionEmbedding(PositionEmbedding.SINE, 20, 1)),
        900,
        ClassNames.ofClasses(CLASSES));
  }

  /**
   * The DINO that Co-DINO is at inference.
   *
   * @param backbone of its five scales
   */
  private static Architecture coDino(Backbone backbone) {
    DeformableTransformer.DeformableLayers layers =
        new DeformableTransformer.DeformableLayers(6, 8, 4, 2048);
    return new DinoArchitecture(
        backbone,
        new DeformableTransformer(
            256,
            new Scales(0, 5),
            false,
            layers,
            layers,
            "relu",
            new MapPositionEmbedding(PositionEmbedding.SINE, 20, 1)),
        900,
        ClassNames.ofClasses(80));
  }

  /** Co-DINO over ResNet-50. */
  static Architecture coDino() {
    return coDino(resnet50(32));
  }

  /** Over Swin-L with windows of 12. */
  static Architecture coDinoSwin() {
    return coDino(
        new Swin(
            192,
            List.of(2, 2, 18, 2),
            List.of(6, 12, 24, 48),
            12,
            4,
            "gelu",
            List.of(true, true, true, true),
            SwinNames.ORIGINAL));
  }

  private static ResNet resnet50(int outputStride) {
    return new ResNet(
        64,
        List.of(256, 512, 1024, 2048),
        List.of(3, 4, 6, 3),
        Block.BOTTLENECK,
        outputStride,
        ResNetNames.TIMM);
  }
}
