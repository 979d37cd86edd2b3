package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.schemas.Corners;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestFuseCommand {

  @TempDir private Path folder;
  private String first;
  private String second;

  @BeforeEach
  void write() {
    Corners box = new Corners(10, 10, 60, 60);
    first =
        new TestingLabels("")
            .labeled("file:///x/a.jpg", 100, 80, TestingLabels.box("cat", 0.9, box))
            .write(folder.resolve("first"));
    second =
        new TestingLabels("")
            .labeled("file:///x/a.jpg", 100, 80, TestingLabels.box("kat", 0.6, box))
            .write(folder.resolve("second"));
  }

  @Test
  void fusedTableIsALabelTableLikeAnother() throws Exception {
    String map = Files.writeString(folder.resolve("map.csv"), "kat,cat\n").toString();

    TestingCommand fuse =
        fuse("--labels", second, "--class-map", map, "--weights", "2,1", "--confidence", "max");

    assertThat(fuse.exitCode()).as(fuse.err()).isZero();
    assertThat(fuse.out())
        .contains("weight 2.0: 1 boxes", "1 image, 0 failed in all tables; 1 boxes")
        .contains("Labels: file://" + folder.resolve("fused"));
    TestingCommand preview =
        TestingCommand.run(
            "preview",
            "--labels",
            folder.resolve("fused").toString(),
            "--output",
            folder.resolve("page.html").toString());
    assertThat(preview.exitCode()).as(preview.err()).isZero();
    assertThat(folder.resolve("page.html")).content().contains("data-score=\"0.9\"");
    TestingCommand refine =
        TestingCommand.run(
            "refine",
            "--labels",
            folder.resolve("fused").toString(),
            "--output",
            folder.resolve("refined").toString(),
            "--refiner",
            "clip");
    assertThat(refine.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
  }

  @Test
  void badOptionsEndWithTheirMessage() {
    assertThat(fuse().err()).contains("Invalid --labels: given once (must be given twice or more");
    assertThat(fuse("--labels", second, "--weights", "1").err())
        .contains("Invalid --weights: 1 of them (must be 2, one for each --labels)");
    assertThat(fuse("--labels", second, "--confidence", "sum").err())
        .contains(
            "Unknown --confidence 'sum' (known: avg, max, box-and-model-avg,"
                + " absent-model-aware-avg)");
    TestingCommand names = fuse("--labels", second);
    assertThat(names.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(names.err()).contains("have no class of one name (cat; kat; if names differ:");
  }

  private TestingCommand fuse(String... options) {
    return TestingCommand.with(
        new String[] {"fuse", "--labels", first, "--output", folder.resolve("fused").toString()},
        options);
  }
}
