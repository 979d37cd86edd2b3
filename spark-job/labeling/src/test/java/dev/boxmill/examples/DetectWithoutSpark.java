package dev.boxmill.examples;

import dev.boxmill.detr.DetectedBatch;
import dev.boxmill.detr.Detector;
import dev.boxmill.detr.image.Picture;
import dev.boxmill.detr.image.ResizedPicture;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The detector alone, without Spark. */
public final class DetectWithoutSpark {

  private DetectWithoutSpark() {}

  public static void main(String[] photographs) throws Exception {
    try (Detector detector =
        Detector.load(Detector.embeddedDirectory(), Device.cpu(), Precision.FP32)) {
      for (String photograph : photographs) {
        Picture picture = detector.decoder().decode(Files.readAllBytes(Path.of(photograph)));
        try (ResizedPicture resized = detector.resize(picture);
            DetectedBatch batch = detector.detect(List.of(resized), 0.5f, 0)) {
          for (Detection found : batch.detections().get(0)) {
            Corners box = found.box().corners(picture.size());
            System.out.println(detector.labels().get(found.labelId()) + " " + box);
          }
        }
      }
    }
  }
}
