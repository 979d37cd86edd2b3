package dev.boxmill.job.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.images.ImageInputException;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabeledBox;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

final class TestPipelinedLabeler {
  private static final ExecutorSlot SLOT =
      new ExecutorSlot(List.of(), 1, 2, 1, new Configuration());
  private static final ExecutorSlot FOURS =
      new ExecutorSlot(List.of(), 1, 2, 4, new Configuration());
  private static final ImageSize SCENE_0_SIZE = new ImageSize(263, 230);
  private static final float MAX_SCORE_DRIFT = 1e-5f;
  private static final float MAX_PIXEL_DRIFT = 0.01f;

  @Test
  void labelsAScene() {
    LabelRow.Labeled row = (LabelRow.Labeled) label(settings("fp32"), scene(0)).get(0);

    assertThat(row.imageUri()).isEqualTo("scene-0");
    assertThat(row.size()).contains(SCENE_0_SIZE);
    assertThat(row.imageSha256().get()).matches("[0-9a-f]{64}");
    assertThat(row.boxes()).isNotEmpty().isSortedAccordingTo(byScore());
    assertThat(row.boxes()).allSatisfy(box -> assertThat(box.score()).isBetween(0.05f, 1f));
    assertThat(row.boxes()).allSatisfy(box -> assertThat(box.refinementIou()).isEqualTo(1));
  }

  @Test
  void whatCannotBeReadCostsItsOwnRow() {
    List<LabelRow> rows =
        label(
            settings("fp32"),
            scene(0),
            bytes("page.jpg", "<html>not found</html>".getBytes(StandardCharsets.UTF_8)),
            bytes("empty.png", new byte[0]),
            new ImageInput("s3a://gone.jpg", TestPipelinedLabeler::storeIsDown),
            new ImageInput("denied.jpg", TestPipelinedLabeler::denied),
            scene(1));

    assertThat(rows).hasSize(6);
    assertThat(failure(rows, "page.jpg").category()).isEqualTo(ErrorCategory.UNREADABLE);
    assertThat(failure(rows, "page.jpg").message()).contains("HTML");
    assertThat(failure(rows, "page.jpg").imageSha256()).isPresent();
    assertThat(failure(rows, "empty.png").category()).isEqualTo(ErrorCategory.UNREADABLE);
    assertThat(failure(rows, "s3a://gone.jpg").category()).isEqualTo(ErrorCategory.STORAGE);
    assertThat(failure(rows, "s3a://gone.jpg").message()).isEqualTo("the store is down");
    assertThat(failure(rows, "s3a://gone.jpg").imageSha256()).isEmpty();
    assertThat(failure(rows, "denied.jpg").category()).isEqualTo(ErrorCategory.REFUSED);
    assertThat(rows).filteredOn(row -> row instanceof LabelRow.Labeled).hasSize(2);
  }

  @Test
  void companyAndOrderDoNotChangeLabels() {
    List<LabelRow> together =
        label(settings("fp32"), scene(0), scene(1), scene(2), scene(3), scene(4), scene(5));
    List<LabelRow> others = label(settings("fp32"), scene(5), scene(3));

    assertSame(boxes(together, "scene-5"), boxes(others, "scene-5"));
    assertSame(boxes(together, "scene-3"), boxes(others, "scene-3"));
    assertThat(together).extracting(LabelRow::imageUri).doesNotHaveDuplicates().hasSize(6);
  }

  @Test
  void refinersChangeBoxesAndKeepTheDetectors() {
    LabelSettings clipped = settings("fp32").withRefiners(List.of("clip:min-size=24"));
    List<LabeledBox> all = boxes(label(settings("fp32"), scene(2)), "scene-2");
    List<LabeledBox> large = boxes(label(clipped, scene(2)), "scene-2");

    assertThat(large).hasSizeLessThanOrEqualTo(all.size());
    assertThat(large)
        .allSatisfy(
            box -> {
              assertThat(box.corners().xMax() - box.corners().xMin()).isGreaterThan(23.9f);
              assertThat(box.corners().xMin()).isNotNegative();
            });
    assertThat(all).extracting(LabeledBox::detectorCorners).containsAll(detectorBoxes(large));
  }

  @Test
  void aThresholdAndALimitCutTheTail() {
    List<LabeledBox> all = boxes(label(settings("fp32"), scene(0)), "scene-0");
    LabelSettings one = settings("fp32").withTopK(OptionalInt.of(1));
    assertThat(boxes(label(one, scene(0)), "scene-0")).hasSize(1);
    assertSame(all.subList(0, 1), boxes(label(one, scene(0)), "scene-0"));
  }

  @Test
  void aTaskThatStopsEarlyFreesWhatItReadAhead() {
    ImageLabeler labeler = prepare(settings("fp32")).open(SLOT, new StageTimes());
    Iterator<LabelRow> rows = labeler.label(List.of(scene(0), scene(1), scene(2)).iterator());
    rows.next();
    labeler.close();
    labeler.close();
    assertThat(label(settings("fp32"), scene(1))).hasSize(1);
  }

  @Test
  void aBatchHasImagesOfSeveralTasks() throws Exception {
    List<LabelRow> alone = label(settings("fp32"), scene(0), scene(1), scene(2), scene(3));
    StageTimes times = new StageTimes();
    CountDownLatch done = new CountDownLatch(1);
    ResidentDetector resident = ResidentDetector.hold(inFours(), FOURS);
    try {
      CompletableFuture<List<LabelRow>> first =
          CompletableFuture.supplyAsync(() -> labelInFours(times, scene(0), scene(1), late(done)));
      await(resident, 2);
      List<LabelRow> second = labelInFours(new StageTimes(), scene(2), scene(3));
      done.countDown();

      assertThat(first.get()).hasSize(3);
      assertThat(second).hasSize(2);
      assertThat(times.microseconds(Stage.NETWORK)).isZero();
      assertSame(boxes(alone, "scene-0"), boxes(first.get(), "scene-0"));
      assertSame(boxes(alone, "scene-1"), boxes(first.get(), "scene-1"));
      assertSame(boxes(alone, "scene-2"), boxes(second, "scene-2"));
      assertSame(boxes(alone, "scene-3"), boxes(second, "scene-3"));
    } finally {
      done.countDown();
      resident.release();
    }
  }

  @Test
  void aTaskThatEndsEarlyLeavesNoImageInTheBuckets() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    ResidentDetector resident = ResidentDetector.hold(inFours(), FOURS);
    try {
      ImageLabeler killed = inFours().open(FOURS, new StageTimes());
      Iterator<LabelRow> rows = killed.label(List.of(scene(0), late(done)).iterator());
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread task = new Thread(() -> thrown.set(catchThrowable(rows::next)));
      task.start();
      await(resident, 1);
      task.interrupt();
      task.join();
      assertThat(thrown.get()).hasMessage("The task was killed");
      done.countDown();
      killed.close();

      assertThat(resident.buckets().waiting()).isZero();
      assertThat(labelInFours(new StageTimes(), scene(1))).hasSize(1);
    } finally {
      done.countDown();
      resident.release();
    }
  }

  @Test
  void everySettingThatMattersChangesTheFingerprint() {
    assertThat(
            List.of(
                fingerprint(List.of("none"), "fp32", 0.05, 0),
                fingerprint(List.of("clip"), "fp32", 0.05, 0),
                fingerprint(List.of("clip:min-size=2"), "fp32", 0.05, 0),
                fingerprint(List.of("none"), "bf16", 0.05, 0),
                fingerprint(List.of("none"), "fp32", 0.06, 0),
                fingerprint(List.of("none"), "fp32", 0.05, 7)))
        .doesNotHaveDuplicates();
    assertThat(fingerprint(List.of("clip:min-size=1"), "fp32", 0.05, 0))
        .isEqualTo(fingerprint(List.of("clip"), "fp32", 0.05, 0));
  }

  @Test
  void badSettingsAreFoundOnTheDriver() {
    assertThatThrownBy(() -> prepare(with("nowhere", List.of("none"))))
        .isInstanceOf(BadInputException.class)
        .hasMessageMatching(
            "Cannot read detector nowhere: File .*nowhere does not exist"
                + " \\(name a Hugging Face checkpoint directory or a .pth file\\)");
    assertThatThrownBy(() -> prepare(with(LabelSettings.EMBEDDED, List.of("sharpen"))))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Unknown refiner 'sharpen' (known: ")
        .hasMessageContaining("merge-duplicates");
  }

  @Test
  void aRelativeDetectorReachesExecutorsAsAbsoluteUri() {
    Path embedded = DetectorLocation.local(LabelSettings.EMBEDDED, new Configuration());
    String relative = Path.of("").toAbsolutePath().relativize(embedded).toString();
    assertThat(prepare(with(relative, List.of("none"))).model()).isEqualTo("file:" + embedded);
  }

  private static LabelSettings settings(String precision) {
    return LabelSettings.DEFAULTS
        .withRefiners(List.of("none"))
        .withPrecision(Precision.of(precision));
  }

  private static LabelSettings with(String detector, List<String> refiners) {
    return settings("fp32").withDetector(detector).withRefiners(refiners);
  }

  private static String fingerprint(
      List<String> refiners, String precision, double minScore, int topK) {
    return prepare(
            settings(precision)
                .withRefiners(refiners)
                .withMinScore(minScore)
                .withTopK(topK == 0 ? OptionalInt.empty() : OptionalInt.of(topK)))
        .fingerprint();
  }

  private static PreparedLabeler prepare(LabelSettings settings) {
    return new DetectorLabelerProvider().prepare(settings, new Configuration());
  }

  private static List<LabelRow> label(LabelSettings settings, ImageInput... inputs) {
    return rows(prepare(settings).open(SLOT, new StageTimes()), inputs);
  }

  /** Its batches are of four images; another job than that of {@link #settings}. */
  private static DetectorJob inFours() {
    List<String> none = List.of("none");
    return (DetectorJob) prepare(settings("fp32").withRefiners(none).withTopK(OptionalInt.of(99)));
  }

  private static List<LabelRow> labelInFours(StageTimes times, ImageInput... inputs) {
    return rows(inFours().open(FOURS, times), inputs);
  }

  /** All rows of a task, which ends with them. */
  private static List<LabelRow> rows(ImageLabeler opened, ImageInput... inputs) {
    List<LabelRow> rows = new ArrayList<>();
    try (ImageLabeler labeler = opened) {
      labeler.label(List.of(inputs).iterator()).forEachRemaining(rows::add);
    }
    return rows;
  }

  private static void await(ResidentDetector resident, int images) {
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (resident.buckets().waiting() < images) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  /** An image that fails, but not before that. */
  private static ImageInput late(CountDownLatch done) {
    return new ImageInput(
        "late",
        () -> {
          try {
            done.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return storeIsDown();
        });
  }

  private static ImageInput scene(int number) {
    return new ImageInput("scene-" + number, () -> sample(number));
  }

  private static byte[] sample(int number) throws IOException {
    String name = "/dev/boxmill/job/samples/images/scene-%06d.jpg".formatted(number);
    try (InputStream in = TestPipelinedLabeler.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  private static ImageInput bytes(String uri, byte[] content) {
    return new ImageInput(uri, () -> content);
  }

  private static byte[] storeIsDown() throws IOException {
    throw new IOException("the store is down");
  }

  private static byte[] denied() throws IOException {
    throw new ImageInputException(ErrorCategory.REFUSED, "too large", null);
  }

  private static LabelRow.Failed failure(List<LabelRow> rows, String uri) {
    return (LabelRow.Failed) row(rows, uri);
  }

  private static LabelRow row(List<LabelRow> rows, String uri) {
    return rows.stream().filter(row -> row.imageUri().equals(uri)).findFirst().orElseThrow();
  }

  private static List<LabeledBox> boxes(List<LabelRow> rows, String uri) {
    return ((LabelRow.Labeled) row(rows, uri)).boxes();
  }

  private static List<Corners> detectorBoxes(List<LabeledBox> boxes) {
    return boxes.stream().map(LabeledBox::detectorCorners).toList();
  }

  private static Comparator<LabeledBox> byScore() {
    return Comparator.comparing(LabeledBox::score).reversed();
  }

  private static void assertSame(List<LabeledBox> expected, List<LabeledBox> actual) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      LabeledBox box = actual.get(i);
      assertThat(box.labelId()).isEqualTo(expected.get(i).labelId());
      assertThat(box.score()).isCloseTo(expected.get(i).score(), within(MAX_SCORE_DRIFT));
      Corners corners = expected.get(i).corners();
      assertThat(box.corners().xMin()).isCloseTo(corners.xMin(), within(MAX_PIXEL_DRIFT));
      assertThat(box.corners().yMax()).isCloseTo(corners.yMax(), within(MAX_PIXEL_DRIFT));
    }
  }
}
