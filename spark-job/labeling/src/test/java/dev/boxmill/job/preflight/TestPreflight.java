package dev.boxmill.job.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.run.TestingRun;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.DetectorLabelerProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the embedded detector, on Spark with two slots. */
final class TestPreflight {

  @TempDir private Path folder;

  @Test
  void aSoundRequestPassesEveryCheckAndLeavesNothing() throws IOException {
    assertThat(ready(over(scenes(6))))
        .containsPattern("check +where +result\n")
        .containsPattern("spark +driver +ok +Spark 4\\.\\S+ on local\\[2\\], boxmill ")
        .containsPattern("executors +driver +ok +1 of 1 executor answered, 2 tasks at once\n")
        .containsPattern("java +localhost +ok +Java \\d+")
        .containsPattern("native library +localhost +ok +PyTorch 2\\.")
        .containsPattern(
            "device +localhost +ok +CPU.* 1 core for a task, 2 tasks at once: computes in fp32, convolves by .*\n")
        .containsPattern(
            "detector +localhost +ok +embedded with refinebox.*: \\d+ boxes in a sample")
        .containsPattern("input +driver +ok +\\S+: files, 6 image files\n")
        .containsPattern("input +localhost +ok +read from 3 of 3 files\n")
        .containsPattern("output +localhost +ok +wrote, read and deleted a file\n")
        .containsPattern(
            "committer +driver +ok +Spark wrote a table and committed it by renaming\n")
        .containsPattern(
            "speed +driver +ok +\\d+\\.\\d images/s: 2 tasks at once, .* on 6 images in 2 tasks")
        .containsPattern("time +driver +ok +6 images to label: about \\d+ s\n")
        .endsWith("Ready to label\n");
    assertThat(left()).containsExactly("scenes");
  }

  @Test
  void allThatIsWrongIsToldAtOnce() throws IOException {
    Path note = Files.writeString(folder.resolve("note.txt"), "mine");
    Path detector = Files.createDirectory(folder.resolve("detector"));
    Files.writeString(detector.resolve("config.json"), "{\"model_type\": \"detr\"");

    TestingRun wrong =
        TestingRun.of(note.resolve("labels"), folder.resolve("nowhere"))
            .detector(detector.toString());

    assertThat(notReady(wrong))
        .containsPattern("detector +driver +FAILED +\\S.*" + detector)
        .containsPattern("input +driver +FAILED +Cannot read input .*nowhere: it does not exist\n")
        .containsPattern(" remedy: check the path\n")
        .containsPattern("output +driver +FAILED +Cannot write labels to " + note + "/labels: ")
        .containsPattern(" remedy: name a folder\n")
        .containsPattern("native library +localhost +ok")
        .containsPattern("speed +driver +skipped +not measured: other checks failed\n")
        .doesNotContain("committer")
        .endsWith("Not ready: 3 checks failed\n");
    assertThat(left()).containsExactly("detector", "note.txt");
  }

  @Test
  void anOutputThatHoldsSomethingElseIsRefusedAndKept() throws IOException {
    Files.createDirectory(folder.resolve("labels"));
    Files.writeString(folder.resolve("labels/note.txt"), "mine");

    assertThat(notReady(over(scenes(1))))
        .containsPattern("output +driver +FAILED +.*: it holds what is no label table: note.txt\n")
        .containsPattern(" remedy: name another folder\n")
        .contains("Not ready: 1 check failed");
    assertThat(folder.resolve("labels/note.txt")).hasContent("mine");
  }

  @Test
  void labelsThatLieThereAreCountedAndStay() throws IOException {
    Path scenes = scenes(2);
    assertThat(over(scenes).run(new DetectorLabelerProvider()).failure()).isNull();
    List<String> before = labelFiles();
    scenes(5);

    assertThat(ready(over(scenes))).contains("3 images to label, 2 files labeled before: about");
    assertThat(ready(over().retryingFailed())).contains("nothing is left to label");
    assertThat(notReady(over(scenes).minScore(0.5)))
        .contains("it holds labels made with min-score 0.05, now 0.5");
    assertThat(ready(over(scenes).minScore(0.5).replacing())).contains("5 images to label: about");
    assertThat(labelFiles()).isEqualTo(before);
    assertThat(left()).containsExactly("labels", "scenes");
  }

  @Test
  void imagesWithoutLabelsAreAWarningUnlessAllAre() throws IOException {
    Path scenes = scenes(3);
    Files.writeString(scenes.resolve("0.jpg"), "no picture");
    assertThat(ready(over(scenes)))
        .containsPattern("input +driver +warning +1 of 3 images got no labels; Cannot decode")
        .endsWith("Ready to label, 1 warning\n");
    for (int i = 0; i < 3; i++) {
      Files.writeString(scenes.resolve(i + ".jpg"), "no picture");
    }

    assertThat(notReady(over(scenes)))
        .containsPattern("input +driver +FAILED +3 of 3 images got no labels; Cannot decode")
        .containsPattern("speed +driver +skipped +no image of the sample was labeled");
  }

  @Test
  void archivesAndTablesAreSampledAndCountedToo() throws IOException {
    assertThat(ready(over(tar(4))))
        .containsPattern("input +driver +ok +\\S+: webdataset, 1 tar archive\n")
        .containsPattern("measured on 4 images in 1 task\n")
        .containsPattern("time +driver +ok +some 4 images to label: about");
    assertThat(ready(over(table(3))))
        .containsPattern("input +driver +ok +\\S+: parquet, ")
        .containsPattern("measured on 3 images in 1 task\n")
        .containsPattern("time +driver +ok +3 images to label: about");
  }

  private Path tar(int count) throws IOException {
    Path tar = folder.resolve("scenes.tar");
    try (TarArchiveOutputStream entries = new TarArchiveOutputStream(Files.newOutputStream(tar))) {
      for (int i = 0; i < count; i++) {
        byte[] scene = BundledSamples.scenes().get(i).content().read();
        TarArchiveEntry entry = new TarArchiveEntry(i + ".jpg");
        entry.setSize(scene.length);
        entries.putArchiveEntry(entry);
        entries.write(scene);
        entries.closeArchiveEntry();
      }
    }
    return tar;
  }

  private Path table(int count) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(RowFactory.create(i + ".jpg", BundledSamples.scenes().get(i).content().read()));
    }
    Path table = folder.resolve("scenes.parquet");
    TestingSpark.session()
        .createDataFrame(rows, StructType.fromDDL("path string, bytes binary"))
        .coalesce(1)
        .write()
        .parquet(table.toString());
    return table;
  }

  @Test
  void filesThatAManifestNamesAndNobodyCanReadFail() throws IOException {
    Path list =
        Files.writeString(
            folder.resolve("list.txt"), TestingSpark.uri(folder.resolve("gone.jpg")) + "\n");

    assertThat(notReady(over(list)))
        .containsPattern("input +localhost +FAILED +Cannot read file://\\S+gone.jpg: it does not")
        .contains("remedy: every executor must be able to read the input");
  }

  private TestingRun over(Path... inputs) {
    return TestingRun.of(folder.resolve("labels"), inputs);
  }

  private static String ready(TestingRun run) {
    return report(run, false);
  }

  private static String notReady(TestingRun run) {
    return report(run, true);
  }

  private static String report(TestingRun run, boolean failed) {
    try {
      PreflightReport report =
          Preflight.of(
              run.request(), TestingSpark.session(), new DetectorLabelerProvider(), System.err);
      assertThat(report.failed()).as(report.text()).isEqualTo(failed);
      return report.text();
    } catch (IOException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  /** That many bundled scenes as files 0.jpg, 1.jpg … */
  private Path scenes(int count) throws IOException {
    Path scenes = Files.createDirectories(folder.resolve("scenes"));
    List<ImageInput> bundled = BundledSamples.scenes();
    for (int i = 0; i < count; i++) {
      Files.write(scenes.resolve(i + ".jpg"), bundled.get(i).content().read());
    }
    return scenes;
  }

  private List<String> labelFiles() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("labels"))) {
      return files.map(Path::toString).sorted().toList();
    }
  }

  private List<String> left() throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      return left.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
