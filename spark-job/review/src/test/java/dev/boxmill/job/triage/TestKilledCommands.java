package dev.boxmill.job.triage;

import static dev.boxmill.job.table.TestingLabels.box;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.compare.CompareFiles;
import dev.boxmill.job.compare.CompareRequest;
import dev.boxmill.job.compare.CompareRun;
import dev.boxmill.job.compare.Thresholds;
import dev.boxmill.job.export.ExportFormat;
import dev.boxmill.job.export.ExportRequest;
import dev.boxmill.job.export.ExportRequest.ExistingExport;
import dev.boxmill.job.export.ExportRun;
import dev.boxmill.job.preview.PreviewPage;
import dev.boxmill.job.storage.CrashingDisk;
import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.job.triage.TriageRequest.ExistingTriage;
import dev.boxmill.schemas.Corners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command that is killed at any of its writes is run again, and ends as if nothing had been. */
final class TestKilledCommands {

  private static final Corners PLACE = new Corners(10, 10, 60, 60);

  @TempDir private Path folder;

  private final SparkSession spark = TestingSpark.session();
  private final Configuration hadoop = spark.sparkContext().hadoopConfiguration();
  private String labels;
  private Path output;

  private interface Command {
    void run() throws IOException;
  }

  @BeforeEach
  void writeLabels() {
    labels =
        new TestingLabels("")
            .labeled("file:///n/1.jpg", 100, 80, box("cup", 0.9, PLACE))
            .labeled("file:///n/2.jpg", 100, 80, box("dog", 0.4, PLACE))
            .write(folder.resolve("labels"));
    output = folder.resolve("out/result");
    CrashingDisk.serve(hadoop);
  }

  @AfterEach
  void repairDisk() {
    CrashingDisk.crashAfter(Long.MAX_VALUE);
    CrashingDisk.remove(hadoop);
  }

  @Test
  void triage() throws IOException {
    assertSurvives(() -> triage(ExistingTriage.REFUSE), ".parquet");
  }

  @Test
  void triageThatReplacesOne() throws IOException {
    triage(ExistingTriage.REFUSE);
    assertSurvives(() -> triage(ExistingTriage.REPLACE), ".parquet");
  }

  private void triage(ExistingTriage existing) throws IOException {
    TriageRun.write(
        new TriageRequest(labels, output.toString(), 0.5, existing), spark, warning -> {});
  }

  @Test
  void exportOfAFolder() throws IOException {
    assertSurvives(() -> export("yolo", ExistingExport.REFUSE), "data.yaml");
  }

  @Test
  void exportOfAFolderThatReplacesOne() throws IOException {
    export("yolo", ExistingExport.REFUSE);
    assertSurvives(() -> export("yolo", ExistingExport.REPLACE), "data.yaml");
  }

  @Test
  void exportOfAFile() throws IOException {
    assertSurvives(() -> export("coco", ExistingExport.REFUSE), "result");
  }

  private void export(String format, ExistingExport existing) throws IOException {
    ExportRequest request =
        new ExportRequest(
            labels,
            ExportFormat.named(format),
            output.toString(),
            Optional.empty(),
            0,
            Optional.empty(),
            existing);
    ExportRun.write(request, spark, warning -> {});
  }

  @Test
  void preview() throws IOException {
    output = folder.resolve("out/page.html");
    assertSurvives(() -> PreviewPage.write(spark, labels, output.toString(), 2), "page.html");
  }

  @Test
  void compare() throws IOException {
    assertSurvives(
        () -> {
          CompareFiles files = CompareFiles.claim(output.toString(), hadoop);
          files.write(CompareRun.of(comparison(), spark));
        },
        "compare.html");
  }

  private CompareRequest comparison() {
    return new CompareRequest(labels, labels, Optional.empty(), new Thresholds(0, 0.5, 0.9), 2);
  }

  /** What is there after a kill is old or whole, and the same command heals it. */
  private void assertSurvives(Command command, String mark) throws IOException {
    boolean replaces = !names().isEmpty();
    for (long moment : CrashingDisk.moments(changes(command, replaces))) {
      CrashingDisk.crashAfter(moment);
      try {
        command.run();
      } catch (Exception killed) { // Spark throws checked ones that it does not declare
        assertThat(CrashingDisk.survived()).as("%s", killed).isFalse();
      }
      CrashingDisk.crashAfter(Long.MAX_VALUE);
      if (replaces) {
        assertThat(names()).as("after %d changes", moment).anyMatch(name -> name.endsWith(mark));
      } else {
        FileUtils.deleteQuietly(output.toFile()); // killed when all was there
      }
    }
    command.run();

    assertThat(names())
        .anyMatch(name -> name.startsWith(output.toString()) && name.endsWith(mark))
        .allMatch(name -> name.startsWith(output.toString()))
        .noneMatch(name -> name.contains("_temporary"));
  }

  private long changes(Command command, boolean replaces) throws IOException {
    CrashingDisk.crashAfter(Long.MAX_VALUE);
    command.run();
    long changes = CrashingDisk.changes();
    if (!replaces) {
      FileUtils.deleteQuietly(output.toFile());
    }
    return changes;
  }

  private List<String> names() throws IOException {
    Path around = output.getParent();
    if (!Files.isDirectory(around)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(around)) {
      return files.filter(Files::isRegularFile).map(Path::toString).sorted().toList();
    }
  }
}
