package dev.boxmill.detr.postprocess;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestPostProcessing {
  private static final PostProcessing SOFTMAX = PostProcessing.softmax(3);

  /** Three queries, two classes and "no object". */
  private static final float[] LOGITS = {0, 2, 1, /**/ 5, 0, 0, /**/ 0, 0, 9};

  private static final float[] BOXES = boxes(3);

  @Test
  void sigmoidTopKMatchesTransformers() {
    try (TestingGolden golden = TestingGolden.open("sigmoid-top-k")) {
      for (int image = 0; image < 2; image++) {
        List<Detection> found =
            PostProcessing.sigmoidTopK(40)
                .detections(golden.floats("logits"), golden.floats("boxes"), 30, image, 0.3f);
        assertThat(found).hasSize(40);
        String prefix = "detections." + image;
        assertThat(floats(found, d -> new float[] {d.labelId()}))
            .containsExactly(golden.floats(prefix + ".labels"));
        assertClose(
            "scores",
            floats(found, d -> new float[] {d.score()}),
            golden.floats(prefix + ".scores"),
            FLOAT32_TOLERANCE);
        assertClose(
            "boxes",
            floats(found, d -> corners(d.box().corners(new ImageSize(221, 150)))),
            golden.floats(prefix + ".boxes"),
            221 * FLOAT32_TOLERANCE);
      }
    }
  }

  @Test
  void softmaxTakesTheBestClassButTheLast() {
    List<Detection> found = SOFTMAX.detections(LOGITS, BOXES, 3, 0, 0);
    assertThat(found).extracting(Detection::query).containsExactly(1, 0, 2);
    assertThat(found).extracting(Detection::labelId).containsExactly(0, 1, 0);
    assertThat(found.get(0).score()).isCloseTo((float) (1 / (1 + 2 * Math.exp(-5))), within(1e-6f));
    assertThat(found.get(2).score()).isCloseTo((float) Math.exp(-9), within(1e-6f));
    assertThat(found.get(1).box()).isEqualTo(new Box(BOXES[0], BOXES[1], BOXES[2], BOXES[3]));
  }

  @Test
  void scoresMustExceedTheMinimum() {
    float second = SOFTMAX.detections(LOGITS, BOXES, 3, 0, 0).get(1).score();
    assertThat(SOFTMAX.detections(LOGITS, BOXES, 3, 0, second)).hasSize(1);
    assertThat(SOFTMAX.detections(LOGITS, BOXES, 3, 0, Math.nextDown(second))).hasSize(2);
  }

  @Test
  void equalScoresGoByQueryThenClass() {
    float[] equal = new float[6];
    List<Detection> found = PostProcessing.sigmoidTopK(5).detections(equal, boxes(3), 3, 0, 0);
    assertThat(found).extracting(Detection::query).containsExactly(0, 0, 1, 1, 2);
    assertThat(found).extracting(Detection::labelId).containsExactly(0, 1, 0, 1, 0);
    assertThat(SOFTMAX.detections(new float[9], BOXES, 3, 0, 0))
        .extracting(Detection::labelId)
        .containsOnly(0);
  }

  @Test
  void aSmallerLimitKeepsTheBest() {
    assertThat(SOFTMAX.withLimit(1).detections(LOGITS, BOXES, 3, 0, 0))
        .extracting(Detection::query)
        .containsExactly(1);
  }

  @Test
  void largeLogitsDoNotOverflow() {
    float[] large = {1e30f, -1e30f, 3e38f};
    assertThat(PostProcessing.softmax(1).detections(large, boxes(1), 1, 0, -1))
        .extracting(Detection::score)
        .containsExactly(0f);
    assertThat(PostProcessing.sigmoidTopK(9).detections(large, boxes(1), 1, 0, 0.5f))
        .extracting(Detection::score)
        .containsExactly(1f, 1f);
  }

  @Test
  void overflowedResultsAreAnErrorNotAnEmptyImage() {
    float[] broken = LOGITS.clone();
    broken[4] = Float.NaN;
    assertThatThrownBy(() -> SOFTMAX.detections(broken, BOXES, 3, 0, 0.05f))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage(
            "Cannot score detections: the logit of query 1, class 1 is not finite"
                + " (the network overflowed: run it with precision fp32)");
    float[] boxes = BOXES.clone();
    boxes[3] = Float.POSITIVE_INFINITY;
    assertThatThrownBy(() -> SOFTMAX.detections(LOGITS, boxes, 3, 0, 0.05f))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageStartingWith("Cannot score detections: the box of query 0 is not finite");
  }

  @Test
  void arraysOfOtherShapesAreRefused() {
    assertThatThrownBy(() -> SOFTMAX.detections(LOGITS, new float[11], 3, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid results: 9 logits, 11 box values (must be B x 3 x C");
    assertThatThrownBy(() -> SOFTMAX.detections(LOGITS, BOXES, 3, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid image: 1 (must be from 0 to 0)");
    assertThatThrownBy(() -> PostProcessing.sigmoidTopK(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid limit: 0 (must be positive)");
  }

  private static float[] boxes(int queries) {
    float[] boxes = new float[4 * queries];
    for (int i = 0; i < boxes.length; i++) {
      boxes[i] = 0.05f * (i + 1);
    }
    return boxes;
  }

  private static float[] corners(Corners corners) {
    return new float[] {corners.xMin(), corners.yMin(), corners.xMax(), corners.yMax()};
  }

  private static float[] floats(
      List<Detection> detections, java.util.function.Function<Detection, float[]> values) {
    List<Float> all =
        detections.stream()
            .map(values)
            .flatMap(array -> IntStream.range(0, array.length).mapToObj(i -> array[i]))
            .collect(Collectors.toList());
    float[] joined = new float[all.size()];
    for (int i = 0; i < joined.length; i++) {
      joined[i] = all.get(i);
    }
    return joined;
  }
}
