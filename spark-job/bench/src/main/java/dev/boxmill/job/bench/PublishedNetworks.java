package dev.boxmill.job.bench;

import dev.boxmill.detr.Architecture;
import dev.boxmill.detr.Labels;
import dev.boxmill.detr.backbone.ResNet;
import dev.boxmill.detr.backbone.ResNet.Block;
import dev.boxmill.detr.backbone.ResNetNames;
import dev.boxmill.detr.dab.Content;
import dev.boxmill.detr.dab.DabArchitecture;
import dev.boxmill.detr.dab.DabArchitecture.Sines;
import dev.boxmill.detr.dab.DabArchitecture.Variant;
import dev.boxmill.detr.deformable.DeformableTransformer;
import dev.boxmill.detr.deformable.DeformableTransformer.MapPositions;
import dev.boxmill.detr.deformable.DeformableTransformer.Scales;
import dev.boxmill.detr.dino.DinoArchitecture;
import dev.boxmill.detr.transformer.Layers;
import dev.boxmill.detr.transformer.Positions;
import dev.boxmill.detr.transformer.Transformer;
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
    Layers layers = new Layers(6, 8, 2048);
    return new DabArchitecture(
        resnet50(outputStride),
        new Transformer(256, layers, layers, "prelu"),
        300,
        Content.NO_OBJECT,
        0,
        new Variant(false, false, Sines.PUBLISHED, 1e-3, 300),
        Labels.ofClasses(CLASSES));
  }

  /**
   * DINO over ResNet-50.
   *
   * @param scales of its maps: 4 begin with C3, 5 with C2
   */
  static Architecture dino(int scales) {
    DeformableTransformer.Layers layers = new DeformableTransformer.Layers(6, 8, 4, 2048);
    return new DinoArchitecture(
        resnet50(32),
        new DeformableTransformer(
            256,
            new Scales(5 - scales, scales),
            layers,
            layers,
            "relu",
            new MapPositions(Positions.SINE, 20, 1)),
        900,
        Labels.ofClasses(CLASSES));
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
