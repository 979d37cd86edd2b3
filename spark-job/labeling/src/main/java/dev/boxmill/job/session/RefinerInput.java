package dev.boxmill.job.session;

import dev.boxmill.detr.DetectedBatch;
import dev.boxmill.detr.Detector;
import dev.boxmill.detr.image.ResizedPicture;
import dev.boxmill.refiners.spi.FeatureMap;
import dev.boxmill.refiners.spi.FeatureMaps;
import dev.boxmill.refiners.spi.ImageBatch;
import dev.boxmill.schemas.Detection;
import dev.boxmill.torchscript.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What a detector found, as refiners take it. */
public final class RefinerInput {

  private RefinerInput() {}

  /**
   * Valid until the batch is closed.
   *
   * @param pictures that the detector looked at, of one exact size
   */
  public static ImageBatch of(
      Detector detector, DetectedBatch batch, List<ResizedPicture> pictures) {
    return of(detector, batch.features(), batch.detections(), pictures);
  }

  /**
   * The same of detections that were made before.
   *
   * @param features of the pictures, C2 to C5
   * @param detections of each picture
   */
  static ImageBatch of(
      Detector detector,
      List<Tensor> features,
      List<List<Detection>> detections,
      List<ResizedPicture> pictures) {
    List<FeatureMap> levels = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      levels.add(new FeatureMap(detector.featureStrides().get(i), features.get(i)));
    }
    return new ImageBatch(
        pictures.stream().map(ResizedPicture::original).toList(),
        detections,
        new FeatureMaps(pictures.get(0).size(), levels));
  }
}
