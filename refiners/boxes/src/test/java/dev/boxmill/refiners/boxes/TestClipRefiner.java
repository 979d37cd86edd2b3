package dev.boxmill.refiners.boxes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.testing.BoxRefinerContract;
import dev.boxmill.refiners.spi.testing.RandomBatches;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

final class TestClipRefiner implements BoxRefinerContract {
  private static final int RANDOM_IMAGES = 2000;
  private static final ImageSize SIZE = new ImageSize(200, 100);

  @Override
  public RefinerFactory factory() {
    return new ClipFactory();
  }

  @Test
  void boxOverTheBorderEndsThere() {
    Detection left = Detection.of(0, 0, 0.5f, new Box(0, 0.5f, 0.5f, 0.5f));
    assertThat(new ClipRefiner(1).refine(SIZE, List.of(left)))
        .containsExactly(left.withBox(new Box(0.125f, 0.5f, 0.25f, 0.5f)));
  }

  @Test
  void boxOutsideGoesWhateverTheLeastSize() {
    Detection outside = Detection.of(0, 0, 0.5f, new Box(1.5f, 0.5f, 0.5f, 0.5f));
    assertThat(new ClipRefiner(0).refine(SIZE, List.of(outside))).isEmpty();
  }

  @Test
  void sizeCountsInPixelsAfterClipping() {
    Detection halfInside = Detection.of(0, 0, 0.5f, new Box(0, 0.5f, 0.125f, 0.5f));
    assertThat(new ClipRefiner(12.5).refine(SIZE, List.of(halfInside))).hasSize(1);
    assertThat(new ClipRefiner(12.75).refine(SIZE, List.of(halfInside))).isEmpty();
  }

  @Test
  void noCornerLiesOutsideTheImage() {
    onRandomImages(
        (size, detections) -> {
          for (Detection detection : new ClipRefiner(0).refine(size, detections)) {
            Corners corners = detection.box().corners(size);
            assertThat(corners.xMin()).isNotNegative();
            assertThat(corners.yMin()).isNotNegative();
            assertThat(corners.xMax()).isLessThanOrEqualTo(size.width());
            assertThat(corners.yMax()).isLessThanOrEqualTo(size.height());
          }
        });
  }

  @Test
  void whatStaysIsTheOldBoxWithinTheImage() {
    onRandomImages(
        (size, detections) -> {
          for (Detection detection : new ClipRefiner(0).refine(size, detections)) {
            Corners before = detection.detectorBox().corners(size);
            Corners after = detection.box().corners(size);
            assertThat(after.xMin()).isCloseTo(Math.max(0, before.xMin()), within(1e-3f));
            assertThat(after.yMin()).isCloseTo(Math.max(0, before.yMin()), within(1e-3f));
            assertThat(after.xMax())
                .isCloseTo(Math.min(size.width(), before.xMax()), within(1e-3f));
            assertThat(after.yMax())
                .isCloseTo(Math.min(size.height(), before.yMax()), within(1e-3f));
          }
        });
  }

  @Test
  void clippingTwiceIsClippingOnce() {
    ClipRefiner clip = new ClipRefiner(3);
    onRandomImages(
        (size, detections) -> {
          List<Detection> once = clip.refine(size, detections);
          assertThat(clip.refine(size, once)).isEqualTo(once);
        });
  }

  @Test
  void noBoxIsSmallerThanAsked() {
    onRandomImages(
        (size, detections) ->
            assertThat(new ClipRefiner(16).refine(size, detections))
                .allMatch(found -> found.box().width() * size.width() >= 16)
                .allMatch(found -> found.box().height() * size.height() >= 16));
  }

  private static void onRandomImages(BiConsumer<ImageSize, List<Detection>> law) {
    for (int image = 0; image < RANDOM_IMAGES; image++) {
      law.accept(RandomBatches.size(image), RandomBatches.detections(image, List.of(1, 2)));
    }
  }
}
