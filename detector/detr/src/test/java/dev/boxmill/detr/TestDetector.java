package dev.boxmill.detr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.detr.preprocess.ResizedPicture;
import dev.boxmill.image.Picture;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestDetector {
  private static final float MAX_DRIFT = 1e-4f;

  @Test
  void aBatchFindsWhatItsImagesFindAlone() {
    try (Detector detector = load();
        ResizedPicture first = detector.resize(picture(1, 120, 90));
        ResizedPicture second = detector.resize(picture(2, 120, 90));
        DetectedBatch both = detector.detect(List.of(first, second), 0, 0);
        DetectedBatch alone = detector.detect(List.of(second), 0, 0)) {
      assertThat(both.detections()).hasSize(2);
      assertThat(both.detections().get(1)).isNotEmpty();
      assertSame(both.detections().get(1), alone.detections().get(0));
      assertThat(both.detections().get(0)).isNotEqualTo(both.detections().get(1));
    }
  }

  /** One network of each member, and of each backbone that it has alone. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "conditional-bottleneck",
        "dab-bottleneck",
        "deformable-base",
        "rtdetr-v2-discrete",
        "table-timm",
        "lwdetr-one-level",
        "lwdetr-two-levels",
        "rfdetr-base",
        "deimv2-dino",
        "doclayout"
      })
  void everyMemberFindsInPictures(String golden) {
    try (Detector detector = load(golden);
        ResizedPicture first = detector.resize(picture(1, 120, 90));
        ResizedPicture second = detector.resize(picture(2, 120, 90));
        DetectedBatch both = detector.detect(List.of(first, second), 0, 0);
        FeatureMapBatch features = detector.features(List.of(first, second))) {
      assertThat(both.detections().get(1)).isNotEmpty();
      assertThat(both.detections().get(0)).isNotEqualTo(both.detections().get(1));
      for (int level = 0; level < detector.featureStrides().size(); level++) {
        assertThat(features.features().get(level).floats())
            .isEqualTo(both.features().get(level).floats());
      }
    }
  }

  @Test
  void featureMapsCoverTheResizedPicture() {
    try (Detector detector = load();
        ResizedPicture picture = detector.resize(picture(3, 120, 90));
        DetectedBatch batch = detector.detect(List.of(picture), 0, 0)) {
      for (int level = 0; level < 4; level++) {
        int stride = detector.featureStrides().get(level);
        assertThat(batch.features().get(level).shape())
            .containsExactly(
                1L,
                (long) detector.featureChannels().get(level),
                cells(picture.size().height(), stride),
                cells(picture.size().width(), stride));
      }
    }
  }

  @Test
  void theBackboneAloneGivesTheSameFeatureMaps() {
    try (Detector detector = load();
        ResizedPicture first = detector.resize(picture(5, 120, 90));
        ResizedPicture second = detector.resize(picture(6, 120, 90));
        DetectedBatch found = detector.detect(List.of(first, second), 0, 0);
        FeatureMapBatch seen = detector.features(List.of(first, second))) {
      for (int level = 0; level < 4; level++) {
        assertThat(seen.features().get(level).shape())
            .isEqualTo(found.features().get(level).shape());
        assertThat(seen.features().get(level).floats())
            .isEqualTo(found.features().get(level).floats());
      }
    }
  }

  @Test
  void limitsAndThresholdsCutTheTail() {
    try (Detector detector = load();
        ResizedPicture picture = detector.resize(picture(4, 100, 100));
        DetectedBatch all = detector.detect(List.of(picture), 0, 0);
        DetectedBatch three = detector.detect(List.of(picture), 0, 3)) {
      List<Detection> detections = all.detections().get(0);
      assertThat(three.detections().get(0)).isEqualTo(detections.subList(0, 3));
      float threshold = detections.get(2).score();
      try (DetectedBatch above = detector.detect(List.of(picture), threshold, 0)) {
        assertThat(above.detections().get(0)).isEqualTo(detections.subList(0, 2));
      }
    }
  }

  @Test
  void aFolderWithoutADetectorIsRefused(@TempDir Path empty) {
    assertThatThrownBy(() -> Detector.load(empty, Device.cpu(), Precision.FP32))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("config.json");
  }

  private static void assertSame(List<Detection> expected, List<Detection> actual) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).query()).isEqualTo(expected.get(i).query());
      assertThat(actual.get(i).score()).isCloseTo(expected.get(i).score(), within(MAX_DRIFT));
      assertThat(actual.get(i).box().cx()).isCloseTo(expected.get(i).box().cx(), within(MAX_DRIFT));
    }
  }

  private static long cells(int pixels, int stride) {
    return (pixels + stride - 1L) / stride;
  }

  private static Detector load() {
    return load("detr-bottleneck");
  }

  private static Detector load(String golden) {
    try {
      Path directory = Path.of(TestDetector.class.getResource("/golden/" + golden).toURI());
      return Detector.load(directory, Device.cpu(), Precision.FP32);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("Cannot find the golden checkpoint", e);
    }
  }

  private static Picture picture(long seed, int width, int height) {
    ByteBuffer rgb = ByteBuffer.allocateDirect(3 * width * height);
    byte[] bytes = new byte[rgb.capacity()];
    new SplittableRandom(seed).nextBytes(bytes);
    return new Picture(new ImageSize(width, height), rgb.put(bytes).flip());
  }
}
