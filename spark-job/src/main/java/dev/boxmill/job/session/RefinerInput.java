package dev.boxmill.job.session;

import dev.boxmill.detr.DetectedBatch;
import dev.boxmill.detr.Detector;
import dev.boxmill.detr.image.ResizedPicture;
import dev.boxmill.refiners.spi.FeatureMap;
import dev.boxmill.refiners.spi.FeatureMaps;
import dev.boxmill.refiners.spi.ImageBatch;
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
    List<FeatureMap> levels = new ArrayList<>();
    for (int i = 0; i < batch.features().size(); i++) {
      levels.add(new FeatureMap(detector.featureStrides().get(i), batch.features().get(i)));
    }
    return new ImageBatch(
        pictures.stream().map(ResizedPicture::original).toList(),
        batch.detections(),
        new FeatureMaps(pictures.get(0).size(), levels));
  }
}
