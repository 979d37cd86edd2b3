package dev.boxmill.detr.postprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.detr.postprocess.PostProcessing.Rule;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Detection;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TestPredictions {

  private static final int IMAGES = 2;
  private static final int QUERIES = 4;
  private static final int CLASSES = 3;

  private final float[] logits = random(IMAGES * QUERIES * CLASSES);
  private final float[] boxes = random(IMAGES * QUERIES * 4);

  @Test
  void agreeWithTheDetectionsOfEitherRule() {
    for (PostProcessing rule :
        List.of(PostProcessing.softmax(QUERIES), PostProcessing.sigmoidTopK(12))) {
      Predictions predictions = new Predictions(rule.rule(), logits, boxes, IMAGES);
      assertThat(predictions.queries()).isEqualTo(QUERIES);
      for (int image = 0; image < IMAGES; image++) {
        List<Detection> all = rule.detections(logits, boxes, QUERIES, image, 0);
        assertThat(all).hasSize(rule.rule() == Rule.SOFTMAX ? 4 : 12);
        for (Detection one : all) {
          assertThat(predictions.score(image, one.query(), one.labelId())).isEqualTo(one.score());
          assertThat(predictions.box(image, one.query())).isEqualTo(one.box());
        }
      }
    }
  }

  @Test
  void softmaxScoresOfAQuerySumToOneWithNoObject() {
    Predictions predictions = new Predictions(Rule.SOFTMAX, logits, boxes, IMAGES);
    float sum = 0;
    for (int label = 0; label < CLASSES; label++) {
      sum += predictions.score(1, 2, label);
    }
    assertThat(sum).isCloseTo(1, within(1e-6f));
    assertThat(predictions.box(1, 0)).isEqualTo(Box.at(boxes, 16));
  }

  private static float[] random(int count) {
    Random random = new Random(count);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() * 4 - 2;
    }
    return values;
  }
}
