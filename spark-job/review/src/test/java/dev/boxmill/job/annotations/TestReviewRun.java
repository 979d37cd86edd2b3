package dev.boxmill.job.annotations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.annotations.ReviewRequest.ExistingReview;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.EvaluationRequest;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.LabeledBox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestReviewRun {

  private static final List<String> NAMES = List.of("cat", "dog", "owl");

  private static final int IMAGES = 100;

  @TempDir private Path folder;

  /** An annotated set that grows; errors are put in by the tests. */
  private final List<String> images = new ArrayList<>();

  private final List<String> objects = new ArrayList<>();

  private final TestingLabels table = new TestingLabels("");

  private void annotate(String name, float x, float y, float width, float height) {
    objects.add(
        String.format(
            Locale.ROOT,
            "{\"id\":%d,\"image_id\":%d,\"category_id\":%d,\"bbox\":[%.2f,%.2f,%.2f,%.2f],\"area\":%.2f}",
            objects.size() + 1,
            images.size(),
            NAMES.indexOf(name) + 1,
            x,
            y,
            width,
            height,
            width * height));
  }

  private void image() {
    images.add(
        "{\"id\":%d,\"file_name\":\"%d.jpg\",\"width\":600,\"height\":200}"
            .formatted(images.size() + 1, images.size()));
  }

  private void labeled(LabeledBox... boxes) {
    table.labeled("file:///x/" + (images.size() - 1) + ".jpg", 600, 200, boxes);
  }

  private ReviewRequest request(int limit, ExistingReview existing) throws IOException {
    String truth =
        Files.writeString(
                folder.resolve("truth.json"),
                """
                {"images":[%s],"annotations":[%s],
                 "categories":[{"id":1,"name":"cat"},{"id":2,"name":"dog"},{"id":3,"name":"owl"}]}
                """
                    .formatted(String.join(",", images), String.join(",", objects)))
            .toString();
    Path labels = folder.resolve("labels");
    if (!Files.exists(labels)) {
      table.write(labels);
    }
    return new ReviewRequest(
        EvaluationRequest.of(truth, EvaluationStyle.COCO),
        labels.toString(),
        folder.resolve("review").toString(),
        new ReviewThresholds(ReviewThresholds.DEFAULT_HIGH, ReviewThresholds.DEFAULT_LOW),
        limit,
        Optional.of("https://photos.example/x"),
        existing);
  }

  private ReviewSummary review() throws IOException {
    return ReviewRun.write(
        request(24, ExistingReview.REFUSE), TestingSpark.session(), warning -> {});
  }

  private List<Row> rows() {
    return TestingSpark.session()
        .read()
        .parquet(folder.resolve("review/table").toString())
        .orderBy("annotation_quality", "image_uri")
        .collectAsList();
  }

  /**
   * A detector that misses some objects and is unsure of others looks at annotations with errors.
   */
  @Test
  void errorsThatWerePutInAreAmongTheFirstFifth() throws IOException {
    Random random = new Random(22);
    Set<String> wrong = new HashSet<>();
    for (int i = 0; i < IMAGES; i++) {
      image();
      int error = i % 10 == 0 ? 1 + i / 10 % 3 : 0;
      List<LabeledBox> boxes = new ArrayList<>();
      for (int place = 0; place < 3; place++) {
        String name = NAMES.get(random.nextInt(3));
        float x = 200 * place + 20 + random.nextInt(40);
        float y = 20 + random.nextInt(40);
        float width = 60 + random.nextInt(60);
        boolean here = error > 0 && place == 1;
        if (!here || error != 1) {
          boolean moved = here && error == 2;
          annotate(
              here && error == 3 ? NAMES.get((NAMES.indexOf(name) + 1) % 3) : name,
              moved ? x + 0.7f * width : x,
              moved ? y + 30 : y,
              width,
              80);
        }
        if (random.nextInt(10) > 0) {
          float shake = random.nextFloat() * 4;
          double score = random.nextInt(4) == 0 ? 0.55 : 0.96 + 0.03 * random.nextDouble();
          Corners at = new Corners(x + shake, y - shake, x + width, y + 80);
          boxes.add(TestingLabels.box(name, here ? 0.97 : score, at));
        }
      }
      if (error > 0) {
        wrong.add("file:///x/" + i + ".jpg");
      }
      boxes.sort(Comparator.comparingDouble(LabeledBox::score).reversed());
      labeled(boxes.toArray(LabeledBox[]::new));
    }

    review();

    long found =
        rows().subList(0, IMAGES / 5).stream()
            .filter(row -> wrong.contains(row.<String>getAs("image_uri")))
            .count();
    assertThat(wrong).hasSize(10);
    assertThat(found).as("of 10 images with an error").isGreaterThanOrEqualTo(9);
  }

  @Test
  void eachErrorStandsInTheTableThePageAndTheTasks() throws IOException {
    image();
    annotate("cat", 10, 10, 50, 50);
    annotate("dog", 300, 10, 50, 50);
    labeled(
        TestingLabels.box("cat", 0.99, new Corners(10, 10, 60, 60)),
        TestingLabels.box("owl", 0.98, new Corners(300, 10, 350, 60)));
    image();
    labeled(TestingLabels.box("owl", 0.97, new Corners(100, 10, 150, 60)));
    image();
    annotate("cat", 10, 10, 50, 50);
    labeled(TestingLabels.box("cat", 0.9, new Corners(40, 40, 90, 90)));
    image();
    annotate("cat", 10, 10, 50, 50);
    table.failed("file:///x/3.jpg", ErrorCategory.UNREADABLE, "no picture");
    image();
    annotate("cat", 10, 10, 50, 50);
    labeled(TestingLabels.box("cat", 0.99, new Corners(10, 10, 60, 60)));

    ReviewSummary summary = review();

    assertThat(summary.text())
        .contains("4 images, 3 of them with a box to look at")
        .containsPattern("overlooked +1\\R")
        .containsPattern("badly placed +1\\R")
        .containsPattern("wrongly named +1\\R");
    List<Row> rows = rows();
    assertThat(rows).hasSize(4);
    assertThat(rows.get(3).<Double>getAs("annotation_quality")).isGreaterThan(0.99);
    Row named = row(rows, "file:///x/0.jpg").<Row>getList(5).get(0);
    assertThat(named.<String>getAs("error")).isEqualTo("wrongly named");
    assertThat(named.<String>getAs("annotated")).isEqualTo("dog");
    assertThat(named.<String>getAs("found")).isEqualTo("owl");
    assertThat(named.<Float>getAs("x_min")).isEqualTo(300);
    Row overlooked = row(rows, "file:///x/1.jpg").<Row>getList(5).get(0);
    assertThat(overlooked.<String>getAs("annotated")).isNull();
    assertThat(overlooked.<Float>getAs("found_x_min")).isEqualTo(100);
    assertThat(Files.readString(folder.resolve("review/review.html")))
        .contains("dog → owl", "overlooked", "3 of 3 images", "0.jpg");
    requireTasks();
  }

  private static Row row(List<Row> rows, String uri) {
    return rows.stream()
        .filter(row -> uri.equals(row.<String>getAs("image_uri")))
        .findFirst()
        .orElseThrow();
  }

  private void requireTasks() throws IOException {
    JsonNode tasks = new ObjectMapper().readTree(folder.resolve("review/tasks.json").toFile());
    assertThat(tasks).hasSize(3);
    JsonNode named = null;
    for (JsonNode task : tasks) {
      if (task.get("data").get("image").textValue().equals("https://photos.example/x/0.jpg")) {
        named = task;
      }
    }
    assertThat(named.get("data").get("look_at").textValue())
        .isEqualTo("wrongly named: dog, more likely owl (0.98)");
    assertThat(named.get("annotations").get(0).get("result")).hasSize(2);
    JsonNode suggested = named.get("predictions").get(0).get("result").get(0).get("value");
    assertThat(suggested.get("rectanglelabels").get(0).textValue()).isEqualTo("owl");
    assertThat(suggested.get("x").doubleValue()).isEqualTo(50);
    assertThat(Files.readString(folder.resolve("review/tasks.config.xml")))
        .contains("value=\"cat\"", "value=\"owl\"");
  }

  @Test
  void whatLiesThereStaysUnlessItIsToBeReplaced() throws IOException {
    image();
    annotate("cat", 10, 10, 50, 50);
    labeled(TestingLabels.box("cat", 0.99, new Corners(10, 10, 60, 60)));
    Path review = folder.resolve("review");
    Files.createDirectory(review);
    Files.writeString(review.resolve("notes.txt"), "mine");

    requireRefused("it holds what is no review (name another folder)");
    Files.delete(review.resolve("notes.txt"));
    review();
    requireRefused("it is there already (--overwrite replaces it)");
    ReviewRun.write(request(24, ExistingReview.REPLACE), TestingSpark.session(), warning -> {});
    assertThat(rows()).hasSize(1);
    assertThat(Files.readString(review.resolve("review.html")))
        .contains("No annotation looks wrong.");
    assertThatThrownBy(() -> request(0, ExistingReview.REFUSE))
        .isInstanceOf(BadInputException.class)
        .hasMessage("Invalid --limit: 0 (must be from 1 to 1000)");
    assertThatThrownBy(() -> new ReviewThresholds(1.2, 0))
        .hasMessage("Invalid --high-score: 1.2 (must be from 0 to 1)");
  }

  private void requireRefused(String reason) {
    assertThatThrownBy(this::review)
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(reason);
  }
}
