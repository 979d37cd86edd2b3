package dev.boxmill.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.bench.SceneJudge.Verdict;
import dev.boxmill.job.calibration.CurveMethod;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.evaluate.GroundTruthFile;
import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.LabeledBox;
import dev.boxmill.schemas.TriageColumn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestTriageGain {

  private static final int SCENES = 400;

  /** Of scenes that nothing was trained on; the benchmark draws others. */
  private static final long SEED = 61003;

  @TempDir private Path folder;

  @Test
  void aFifthOfTheImagesHoldsMostOfThoseWithAnError() throws IOException {
    TriageGain gain =
        TriageBenchmark.draw(TestingSpark.session(), folder, SCENES, SEED)
            .gains(TriageBenchmark.MERGED, 0.5)
            .get(0);

    assertThat(gain.images()).isEqualTo(SCENES);
    assertThat(gain.withError()).as("images with an error").isBetween(10, 80);
    assertThat(gain.ceiling()).isEqualTo(1);
    assertThat(gain.byPriority()).as(gain.toString()).isGreaterThanOrEqualTo(0.6);
    assertThat(gain.byPriority())
        .isGreaterThanOrEqualTo(gain.found().get(TriageColumn.UNCERTAIN_BOXES.columnName()))
        .isGreaterThan(gain.found().get(TriageGain.LOWEST_MAX_SCORE));
  }

  @Test
  void calibratedScoresFindTheErrorsToo() throws IOException {
    TriageBenchmark benchmark =
        TriageBenchmark.draw(TestingSpark.session(), folder, SCENES / 2, SEED);
    TriageGain gain =
        benchmark.gains(benchmark.calibrated(CurveMethod.PLATT, SCENES / 2), 0.5).get(0);

    assertThat(gain.byPriority()).as(gain.toString()).isGreaterThanOrEqualTo(0.5);
  }

  @Test
  void aBoxIsRightThatFitsAnObjectOfItsClassFirst() throws IOException {
    Path truth =
        Files.writeString(
            folder.resolve("truth.json"),
            """
            {"images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}],
             "annotations": [
              {"id": 1, "image_id": 1, "category_id": 3, "bbox": [10, 10, 50, 50], "area": 2500},
              {"id": 2, "image_id": 1, "category_id": 4, "bbox": [70, 10, 20, 20], "area": 400}],
             "categories": [{"id": 3, "name": "cup"}, {"id": 4, "name": "dog"}]}
            """);
    SceneJudge judge =
        new SceneJudge(
            GroundTruthFile.read(truth.toString(), EvaluationStyle.COCO, Configuration::new));
    LabeledBox cup = TestingLabels.box("cup", 0.9, new Corners(10, 10, 60, 50));
    LabeledBox second = TestingLabels.box("cup", 0.8, new Corners(10, 10, 60, 60));
    LabeledBox wrongClass = TestingLabels.box("cup", 0.7, new Corners(70, 10, 90, 30));
    LabeledBox dog = TestingLabels.box("dog", 0.6, new Corners(70, 10, 90, 20));

    assertThat(judge.judge("a.jpg", List.of(cup, second, wrongClass, dog)))
        .isEqualTo(new Verdict(2, 2, 0));
    assertThat(judge.judge("a.jpg", List.of(cup))).isEqualTo(new Verdict(1, 0, 1));
    assertThat(judge.judge("a.jpg", List.of(cup, dog)).hasError()).isFalse();
    assertThat(new Verdict(3, 1, 1).f1()).isEqualTo(0.75);
  }
}
