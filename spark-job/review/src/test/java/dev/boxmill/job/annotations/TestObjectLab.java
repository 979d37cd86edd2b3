package dev.boxmill.job.annotations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.annotations.Suspect.AnnotationError;
import dev.boxmill.job.evaluate.AnnotatedImage;
import dev.boxmill.job.evaluate.AnnotatedImage.Found;
import dev.boxmill.job.evaluate.ImageTruth;
import dev.boxmill.job.evaluate.TruthObject;
import dev.boxmill.job.evaluate.TruthObject.Role;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabeledBox;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TestObjectLab {

  private static final ImageSize SIZE = new ImageSize(300, 200);

  private static final double ROUNDING = 1e-9;

  private static final ReviewThresholds THRESHOLDS =
      new ReviewThresholds(ReviewThresholds.DEFAULT_HIGH, ReviewThresholds.DEFAULT_LOW);

  private static final Corners BOX = new Corners(10, 10, 60, 60);
  private static final Corners FAR = new Corners(200, 100, 250, 150);

  @Test
  void scoresEqualCleanlabs() throws IOException {
    JsonNode golden = golden();
    double least = 1;
    for (JsonNode image : golden.get("images")) {
      least = Math.min(least, new ObjectLab(image(image), THRESHOLDS).leastSimilarity());
    }
    for (JsonNode image : golden.get("images")) {
      assertThat(least).isCloseTo(image.get("least_similarity").doubleValue(), within(1e-15));
      ImageReview review = new ObjectLab(image(image), THRESHOLDS).review(least);
      for (AnnotationError error : AnnotationError.values()) {
        requireEqual(review, error, image);
      }
      assertThat(review.quality()).isCloseTo(image.get("quality").doubleValue(), within(ROUNDING));
    }
  }

  private static void requireEqual(ImageReview review, AnnotationError error, JsonNode image) {
    List<Double> found = review.scored(error).stream().map(Suspect::quality).sorted().toList();
    JsonNode boxes = image.get("boxes").get(error.title());
    assertThat(found).as(error.title()).hasSameSizeAs(boxes);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i))
          .as(error.title())
          .isCloseTo(boxes.get(i).doubleValue(), within(ROUNDING));
    }
    assertThat(review.quality(error))
        .as(error.title())
        .isCloseTo(image.get("pooled").get(error.title()).doubleValue(), within(ROUNDING));
  }

  @Test
  void rightAnnotationsAreNoSuspects() {
    AnnotatedImage image = image(List.of(object(0, BOX)), found(0, 0.99f, BOX));

    ImageReview review = new ObjectLab(image, THRESHOLDS).review(0.001);

    assertThat(review.suspects()).isEmpty();
    assertThat(review.quality()).isCloseTo(1, within(ROUNDING));
  }

  @Test
  void eachErrorIsNamed() {
    assertThat(errors(List.of(), found(0, 0.99f, BOX))).containsExactly(AnnotationError.OVERLOOKED);
    assertThat(errors(List.of(object(0, FAR)), found(0, 0.99f, BOX), found(0, 0.99f, FAR)))
        .containsExactly(AnnotationError.OVERLOOKED);
    assertThat(errors(List.of(object(0, new Corners(40, 40, 90, 90))), found(0, 0.9f, BOX)))
        .containsExactly(AnnotationError.BADLY_PLACED);
    assertThat(errors(List.of(object(0, BOX)), found(1, 0.99f, BOX)))
        .containsExactly(AnnotationError.WRONGLY_NAMED);
    assertThat(errors(List.of(object(0, BOX), object(1, BOX)), found(1, 0.9f, BOX)))
        .containsExactly(AnnotationError.WRONGLY_NAMED, AnnotationError.WRONGLY_NAMED);
  }

  @Test
  void unsureBoxesSayNothing() {
    assertThat(errors(List.of(), found(0, 0.9f, BOX))).isEmpty();
    assertThat(errors(List.of(object(0, BOX)), found(1, 0.9f, BOX))).isEmpty();
    assertThat(errors(List.of(object(0, new Corners(40, 40, 90, 90))), found(0, 0.4f, BOX)))
        .isEmpty();
  }

  @Test
  void crowdsAreNotScoredAndHideWhatLiesOnThem() {
    TruthObject crowd = new TruthObject(1, 1, 0, 0, 100, 100, 10_000, Role.CROWD);

    assertThat(errors(List.of(crowd), found(0, 0.99f, BOX))).isEmpty();
    assertThat(errors(List.of(crowd), found(0, 0.99f, FAR)))
        .containsExactly(AnnotationError.OVERLOOKED);
  }

  private static List<AnnotationError> errors(List<TruthObject> objects, Found... found) {
    return new ObjectLab(image(objects, found), THRESHOLDS)
        .review(0.001).suspects().stream().map(Suspect::error).toList();
  }

  private static TruthObject object(int category, Corners box) {
    double width = (double) box.xMax() - box.xMin();
    double height = (double) box.yMax() - box.yMin();
    return new TruthObject(
        1, category, box.xMin(), box.yMin(), width, height, width * height, Role.COUNTED);
  }

  private static Found found(int category, float score, Corners box) {
    return new Found(category, new LabeledBox(category, "kind " + category, score, box, box));
  }

  private static AnnotatedImage image(List<TruthObject> objects, Found... found) {
    ImageTruth truth = new ImageTruth(SIZE.width(), SIZE.height(), objects, Set.of(), Set.of());
    return new AnnotatedImage("file:///x/a.jpg", SIZE, truth, List.of(found));
  }

  private static AnnotatedImage image(JsonNode golden) {
    List<TruthObject> objects = new ArrayList<>();
    for (JsonNode annotated : golden.get("annotated")) {
      double[] at = numbers(annotated.get("box"));
      objects.add(
          new TruthObject(
              objects.size() + 1,
              annotated.get("category").intValue(),
              at[0],
              at[1],
              at[2] - at[0],
              at[3] - at[1],
              (at[2] - at[0]) * (at[3] - at[1]),
              Role.COUNTED));
    }
    List<Found> found = new ArrayList<>();
    for (JsonNode box : golden.get("found")) {
      double[] at = numbers(box.get("box"));
      found.add(
          found(
              box.get("category").intValue(),
              box.get("score").floatValue(),
              new Corners((float) at[0], (float) at[1], (float) at[2], (float) at[3])));
    }
    return image(objects, found.toArray(Found[]::new));
  }

  private static double[] numbers(JsonNode box) {
    return new double[] {
      box.get(0).doubleValue(),
      box.get(1).doubleValue(),
      box.get(2).doubleValue(),
      box.get(3).doubleValue()
    };
  }

  private static JsonNode golden() throws IOException {
    try (InputStream file = TestObjectLab.class.getResourceAsStream("objectlab.json")) {
      return new ObjectMapper().readTree(file);
    }
  }
}
