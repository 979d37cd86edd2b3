package dev.boxmill.refiners.boxes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.testing.BoxRefinerContract;
import dev.boxmill.refiners.spi.testing.RandomBatches;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

final class TestMergeDuplicatesRefiner implements BoxRefinerContract {
  private static final int RANDOM_IMAGES = 500;
  private static final ImageSize SIZE = new ImageSize(100, 100);
  private static final Box BOX = new Box(0.5f, 0.5f, 0.5f, 0.5f);
  private static final Box HALF = new Box(0.375f, 0.5f, 0.25f, 0.5f);

  private final MergeDuplicatesRefiner merge = new MergeDuplicatesRefiner(0.45, false);

  @Override
  public RefinerFactory factory() {
    return new MergeDuplicatesFactory();
  }

  @Test
  void highestScoreStays() {
    Detection unsure = Detection.of(0, 1, 0.25f, HALF);
    Detection sure = Detection.of(1, 1, 0.75f, BOX);
    assertThat(merge.refine(SIZE, List.of(unsure, sure))).containsExactly(sure);
  }

  @Test
  void overlapAtTheThresholdStays() {
    List<Detection> found = List.of(Detection.of(0, 1, 0.75f, BOX), Detection.of(1, 1, 0.5f, HALF));
    assertThat(new MergeDuplicatesRefiner(0.5, false).refine(SIZE, found)).isEqualTo(found);
  }

  @Test
  void otherClassStays() {
    List<Detection> found = List.of(Detection.of(0, 1, 0.75f, BOX), Detection.of(0, 2, 0.5f, BOX));
    assertThat(merge.refine(SIZE, found)).isEqualTo(found);
  }

  @Test
  void otherClassGoesWhereClassesAreSynonyms() {
    List<Detection> found = List.of(Detection.of(0, 1, 0.5f, BOX), Detection.of(0, 2, 0.75f, BOX));
    assertThat(new MergeDuplicatesRefiner(0.45, true).refine(SIZE, found))
        .containsExactly(found.get(1));
  }

  @Test
  void boxOverlappedOnlyByOneThatWentStays() {
    Detection first = Detection.of(0, 1, 0.75f, new Box(0.25f, 0.5f, 0.25f, 0.5f));
    Detection second = Detection.of(1, 1, 0.5f, new Box(0.3125f, 0.5f, 0.25f, 0.5f));
    Detection third = Detection.of(2, 1, 0.25f, new Box(0.375f, 0.5f, 0.25f, 0.5f));
    assertThat(merge.refine(SIZE, List.of(first, second, third))).containsExactly(first, third);
  }

  @Test
  @SuppressWarnings("ReferenceEquality")
  void noTwoThatStayShowOneObject() {
    onRandomImages(
        (size, detections) -> {
          List<Detection> kept = merge.refine(size, detections);
          for (Detection one : kept) {
            assertThat(kept)
                .filteredOn(other -> other != one && other.labelId() == one.labelId())
                .allMatch(other -> iou(one, other, size) <= merge.iou());
          }
        });
  }

  @Test
  void whatWentIsCoveredByASurerOne() {
    onRandomImages(
        (size, detections) -> {
          List<Detection> kept = merge.refine(size, detections);
          List<Detection> gone = new ArrayList<>(detections);
          kept.forEach(gone::remove);
          assertThat(gone)
              .allMatch(
                  one ->
                      kept.stream()
                          .filter(other -> other.labelId() == one.labelId())
                          .filter(other -> other.score() >= one.score())
                          .anyMatch(other -> iou(one, other, size) > merge.iou()));
        });
  }

  @Test
  void whatStaysIsUnchangedAndByScore() {
    onRandomImages(
        (size, detections) ->
            assertThat(merge.refine(size, detections))
                .isSubsetOf(detections)
                .isSortedAccordingTo(Comparator.comparingDouble(Detection::score).reversed()));
  }

  @Test
  void mergingTwiceIsMergingOnce() {
    onRandomImages(
        (size, detections) -> {
          List<Detection> once = merge.refine(size, detections);
          assertThat(merge.refine(size, once)).isEqualTo(once);
        });
  }

  @Test
  void thresholdOfOneKeepsAll() {
    onRandomImages(
        (size, detections) ->
            assertThat(new MergeDuplicatesRefiner(1, false).refine(size, detections))
                .isEqualTo(detections));
  }

  private static float iou(Detection one, Detection other, ImageSize size) {
    return one.box().corners(size).iou(other.box().corners(size));
  }

  private static void onRandomImages(BiConsumer<ImageSize, List<Detection>> law) {
    for (int image = 0; image < RANDOM_IMAGES; image++) {
      law.accept(RandomBatches.size(image), RandomBatches.detections(image, List.of(1, 2)));
    }
  }
}
