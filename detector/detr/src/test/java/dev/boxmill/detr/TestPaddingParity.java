package dev.boxmill.detr;

import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.postprocess.Predictions;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.detr.preprocess.Resampling;
import dev.boxmill.detr.preprocess.ResizeRule;
import dev.boxmill.detr.preprocess.ResizedPicture;
import dev.boxmill.image.Picture;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images that are filled up to one size, as the reference sees them through its mask. */
final class TestPaddingParity {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "detr-bottleneck",
        "detr-basic-learned",
        "detr-timm-bottleneck-dc5",
        "detr-swin",
        "conditional-bottleneck",
        "dab-bottleneck",
        "dab-patterns",
        "deformable-base",
        "deformable-single-scale",
        "deformable-two-stage",
        "deformable-two-stage-five-scales",
        "rtdetr-basic",
        "rtdetr-v2-discrete"
      })
  void everyQueryIsTheReferences(String variant) {
    try (TestingGolden golden = TestingGolden.open("padding");
        Detector detector = detector(variant, Optional.of(padded(golden, variant)));
        ResizedPicture picture = detector.resize(picture(golden));
        DetectedBatch one = detector.detect(List.of(picture), 0, 0);
        DetectedBatch first = detector.detect(List.of(picture, picture), 0, 0);
        DetectedBatch second = detector.detect(List.of(picture, picture), 0, 0)) {
      Predictions expected = reference(golden, variant, picture.size());
      assertSame(one.predictions(), 0, expected);
      assertSame(first.predictions(), 1, expected);
      // with the tables that the first pass made
      assertSame(second.predictions(), 1, expected);
    }
  }

  /** What refiners read: maps of the image alone, in detecting and without. */
  @ParameterizedTest
  @ValueSource(strings = {"detr-timm-bottleneck-dc5", "deformable-base", "rtdetr-v2-discrete"})
  void featureMapsCoverTheImage(String variant) {
    try (TestingGolden golden = TestingGolden.open("padding");
        Detector detector = detector(variant, Optional.of(new ImageSize(128, 96)));
        ResizedPicture picture = detector.resize(picture(golden));
        DetectedBatch detected = detector.detect(List.of(picture), 0, 0);
        FeatureMapBatch features = detector.features(List.of(picture))) {
      for (int level = 0; level < 4; level++) {
        Tensor map = detected.features().get(level);
        int stride = detector.featureStrides().get(level);
        assertThat(map.shape().get(2)).isEqualTo((61L + stride - 1) / stride);
        assertThat(map.shape().get(3)).isEqualTo((75L + stride - 1) / stride);
        assertThat(features.features().get(level).floats()).isEqualTo(map.floats());
      }
    }
  }

  @Test
  void anImageOfThePaddedSizeIsAsWithoutPadding() {
    try (TestingGolden golden = TestingGolden.open("padding");
        Detector padding = detector("detr-bottleneck", Optional.of(new ImageSize(75, 61)));
        Detector plain = detector("detr-bottleneck", Optional.empty());
        ResizedPicture padded = padding.resize(picture(golden));
        ResizedPicture picture = plain.resize(picture(golden));
        DetectedBatch found = padding.detect(List.of(padded), 0, 0);
        DetectedBatch expected = plain.detect(List.of(picture), 0, 0)) {
      assertThat(found.detections()).isEqualTo(expected.detections());
    }
  }

  private static Detector detector(String variant, Optional<ImageSize> padded) {
    try (DetectorFiles files = DetectorFiles.open(TestingGolden.directory(variant))) {
      Preprocessing usual = Preprocessing.original();
      Preprocessing preprocessing =
          new Preprocessing(
              new ResizeRule.None(),
              Resampling.BILINEAR,
              usual.rescale(),
              usual.mean(),
              usual.std(),
              padded);
      return Detector.of(
          files.architecture(), preprocessing, files.weights(), Device.cpu(), Precision.FP32);
    }
  }

  private static ImageSize padded(TestingGolden golden, String variant) {
    float[] size = golden.floats(variant + ".padded");
    return new ImageSize((int) size[1], (int) size[0]);
  }

  private static Picture picture(TestingGolden golden) {
    float[] values = golden.floats("image");
    ByteBuffer rgb = ByteBuffer.allocateDirect(values.length);
    for (float value : values) {
      rgb.put((byte) value);
    }
    long[] shape = golden.shape("image");
    return new Picture(new ImageSize((int) shape[1], (int) shape[0]), rgb.flip());
  }

  /** Its boxes are relative to the padded image. */
  private static Predictions reference(TestingGolden golden, String variant, ImageSize image) {
    float[] boxes = golden.floats(variant + ".boxes");
    ImageSize whole = padded(golden, variant);
    for (int i = 0; i < boxes.length; i += 2) {
      boxes[i] *= (float) whole.width() / image.width();
      boxes[i + 1] *= (float) whole.height() / image.height();
    }
    var rule = TestingNetwork.architecture(variant).postProcessing().rule();
    return new Predictions(rule, golden.floats(variant + ".logits"), boxes, 1);
  }

  private static void assertSame(Predictions found, int image, Predictions expected) {
    assertThat(found.queries()).isEqualTo(expected.queries());
    for (int query = 0; query < expected.queries(); query++) {
      assertClose(
          "box " + query, values(found.box(image, query)), values(expected.box(0, query)), 1e-5f);
      float[] scores = new float[4];
      float[] expectedScores = new float[4];
      for (int label = 0; label < scores.length; label++) {
        scores[label] = found.score(image, query, label);
        expectedScores[label] = expected.score(0, query, label);
      }
      assertClose("scores " + query, scores, expectedScores, 1e-5f);
    }
  }

  private static float[] values(Box box) {
    return new float[] {box.cx(), box.cy(), box.width(), box.height()};
  }
}
