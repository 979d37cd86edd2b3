package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.DetectorLabelerProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line with the embedded detector, on Spark with two slots. */
final class TestPreflightCommand {

  @TempDir private Path folder;

  @Test
  void aSoundRequestPassesEveryCheckAndLeavesNothing() throws IOException {
    TestingCommand command =
        preflight("--input", scenes(6), "--output", labels(), "--precision", "fp32");

    assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
    assertThat(command.out())
        .containsPattern("check +where +result\n")
        .containsPattern("spark +driver +ok +Spark 4\\.\\S+ on local\\[2\\], boxmill ")
        .containsPattern("executors +driver +ok +1 of 1 executor answered, 2 tasks at once\n")
        .containsPattern("java +localhost +ok +Java \\d+")
        .containsPattern("native library +localhost +ok +PyTorch 2\\.")
        .containsPattern(
            "device +localhost +ok +CPU.* 1 core for a task, 2 tasks at once: computes in fp32\n")
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
  void withoutInputTheBundledScenesAreTheSample() throws IOException {
    TestingCommand command = preflight("--output", labels(), "--refiner", "none");

    assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
    assertThat(command.out())
        .containsPattern("detector +localhost +ok +embedded: \\d+ boxes")
        .containsPattern("time +driver +ok +12 images to label: about");
    assertThat(left()).isEmpty();
  }

  @Test
  void allThatIsWrongIsToldAtOnce() throws IOException {
    Path note = Files.writeString(folder.resolve("note.txt"), "mine");
    Path detector = Files.createDirectory(folder.resolve("detector"));
    Files.writeString(detector.resolve("config.json"), "{\"model_type\": \"detr\"");

    TestingCommand command =
        preflight(
            "--input",
            folder.resolve("nowhere").toString(),
            "--output",
            note.resolve("labels").toString(),
            "--detector",
            detector.toString());

    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.out())
        .containsPattern("detector +driver +FAILED +\\S.*" + detector)
        .containsPattern("input +driver +FAILED +Cannot read input .*nowhere: it does not exist\n")
        .containsPattern(" remedy: check the path\n")
        .containsPattern("output +driver +FAILED +Cannot write to file://" + note + "/labels: ")
        .containsPattern(" remedy: name a folder that the job's user may write\n")
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

    TestingCommand command = preflight("--input", scenes(1), "--output", labels());

    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.out())
        .containsPattern("output +driver +FAILED +.*: it holds what is no label table: note.txt\n")
        .containsPattern(" remedy: name another folder\n")
        .contains("Not ready: 1 check failed");
    assertThat(folder.resolve("labels/note.txt")).hasContent("mine");
  }

  @Test
  void labelsThatLieThereAreCountedAndStay() throws IOException {
    String scenes = scenes(2);
    assertThat(real("label", "--input", scenes, "--output", labels()).exitCode()).isZero();
    List<String> before = labelFiles();
    scenes(5);

    TestingCommand grown = preflight("--input", scenes, "--output", labels());
    TestingCommand whole = preflight("--output", labels(), "--retry-failed");
    TestingCommand other = preflight("--input", scenes, "--output", labels(), "--min-score", "0.5");
    TestingCommand replaced =
        preflight("--input", scenes, "--output", labels(), "--min-score", "0.5", "--overwrite");

    assertThat(grown.exitCode()).as(grown.out()).isZero();
    assertThat(grown.out()).contains("3 images to label, 2 files labeled before: about");
    assertThat(whole.out()).contains("nothing is left to label");
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.out()).contains("it holds labels made with min-score 0.05, now 0.5");
    assertThat(replaced.exitCode()).as(replaced.out()).isZero();
    assertThat(replaced.out()).contains("5 images to label: about");
    assertThat(labelFiles()).isEqualTo(before);
    assertThat(left()).containsExactly("labels", "scenes");
  }

  @Test
  void imagesWithoutLabelsAreAWarningUnlessAllAre() throws IOException {
    Path scenes = Path.of(scenes(3));
    Files.writeString(scenes.resolve("0.jpg"), "no picture");
    TestingCommand some = preflight("--input", scenes.toString(), "--output", labels());
    for (int i = 0; i < 3; i++) {
      Files.writeString(scenes.resolve(i + ".jpg"), "no picture");
    }
    TestingCommand none = preflight("--input", scenes.toString(), "--output", labels());

    assertThat(some.exitCode()).as(some.out()).isZero();
    assertThat(some.out())
        .containsPattern("input +driver +warning +1 of 3 images got no labels; Cannot decode")
        .endsWith("Ready to label, 1 warning\n");
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.out())
        .containsPattern("input +driver +FAILED +3 of 3 images got no labels; Cannot decode")
        .containsPattern("speed +driver +skipped +no image of the sample was labeled");
  }

  @Test
  void archivesAndTablesAreSampledAndCountedToo() throws IOException {
    Path tar = tar(4);
    Path table = table(3);

    TestingCommand archive = preflight("--input", tar.toString(), "--output", labels());
    TestingCommand parquet = preflight("--input", table.toString(), "--output", labels());

    assertThat(archive.exitCode()).as(archive.out() + archive.err()).isZero();
    assertThat(archive.out())
        .containsPattern("input +driver +ok +\\S+: webdataset, 1 tar archive\n")
        .containsPattern("measured on 4 images in 1 task\n")
        .containsPattern("time +driver +ok +some 4 images to label: about");
    assertThat(parquet.exitCode()).as(parquet.out() + parquet.err()).isZero();
    assertThat(parquet.out())
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

    TestingCommand command = preflight("--input", list.toString(), "--output", labels());

    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.out())
        .containsPattern("input +localhost +FAILED +Cannot read file://\\S+gone.jpg: it does not")
        .contains("remedy: every executor must be able to read the input");
  }

  @Test
  void aLabelerThatCannotLabelASceneFails() throws IOException {
    TestingCommand command =
        TestingCommand.run("preflight", "--input", scenes(1), "--output", labels());

    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.out())
        .containsPattern("detector +localhost +FAILED +Cannot label a sample scene: Cannot decode");
  }

  @Test
  void contradictingOptionsAreRefusedLikeLabelsAre() {
    assertThat(preflight("--input", "photos").err())
        .contains("Missing --output (name a folder for the labels)");
    assertThat(preflight("--precision", "fp8").err()).contains("Unknown precision 'fp8'");
    assertThat(preflight("--precision", "fp8").exitCode()).isEqualTo(2);
  }

  @Test
  void helpTellsWhatIsChecked() {
    TestingCommand help = preflight("--help");

    assertThat(help.exitCode()).isZero();
    assertThat(help.out())
        .contains("Checks whether 'label' with the same options would work")
        .contains("--input", "--detector", "--refiner", "--overwrite", "Exit codes:");
  }

  private TestingCommand preflight(String... arguments) {
    return real(
        Stream.concat(Stream.of("preflight"), Arrays.stream(arguments)).toArray(String[]::new));
  }

  private static TestingCommand real(String... arguments) {
    return TestingCommand.run(new DetectorLabelerProvider(), arguments);
  }

  private String labels() {
    return folder.resolve("labels").toString();
  }

  /** That many bundled scenes as files 0.jpg, 1.jpg … */
  private String scenes(int count) throws IOException {
    Path scenes = Files.createDirectories(folder.resolve("scenes"));
    List<ImageInput> bundled = BundledSamples.scenes();
    for (int i = 0; i < count; i++) {
      Files.write(scenes.resolve(i + ".jpg"), bundled.get(i).content().read());
    }
    return scenes.toString();
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
