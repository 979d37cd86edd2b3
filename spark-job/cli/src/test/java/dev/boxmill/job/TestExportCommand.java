package dev.boxmill.job;

import static dev.boxmill.job.table.TestingLabels.box;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestExportCommand {

  @TempDir private Path folder;

  @BeforeEach
  void writeLabels() {
    new TestingLabels("clip")
        .labeled(
            "s3a://photos/over.png",
            100,
            80,
            box("dog", 0.8, new Corners(-5, -6, 101, 60)),
            box("dog", 0.7, new Corners(120, 10, 130, 20)),
            box("cat", 0.25, new Corners(1, 1, 9, 9)))
        .failed("s3a://photos/broken.jpg", ErrorCategory.UNREADABLE, "cut off")
        .write(folder.resolve("labels"));
  }

  @Test
  void whatIsLeftOutIsTold() {
    TestingCommand command = export("coco", "--image-root", "https://x/y", "--min-score", "0.5");

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out())
        .startsWith("Export: file://" + folder.resolve("export") + "\n")
        .contains("1 images, 1 boxes")
        .contains("Left out: 1 failed images")
        .contains("Left out: 1 boxes below the least score")
        .contains("Left out: 1 boxes without area inside their image");
    assertThat(folder.resolve("export")).content().contains("https://x/y/over.png");
  }

  @Test
  void badOptionsEndWithTheirMessage() {
    TestingCommand unknown = export("voc");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err())
        .contains("Unknown --format 'voc' (known: coco, label-studio, cvat, yolo, fiftyone)");
    assertThat(export("coco", "--triage", "x").err()).contains("Invalid --triage: x");
    export("coco");
    assertThat(export("coco").err()).contains("it is there already (--overwrite replaces it)");
    assertThat(export("coco", "--overwrite").exitCode()).isZero();
  }

  private TestingCommand export(String format, String... options) {
    String labels = folder.resolve("labels").toString();
    String output = folder.resolve("export").toString();
    return TestingCommand.with(
        new String[] {"export", "--labels", labels, "--format", format, "--output", output},
        options);
  }
}
