package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.session.TestingLabeler;
import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.schemas.Corners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestPreviewCommand {
  @TempDir private Path folder;

  @Test
  void writesAPageAndNamesIt() throws IOException {
    Corners corners = new Corners(1, 2, 3, 4);
    String labels =
        new TestingLabels("")
            .labelled("file:///nowhere/a.jpg", 40, 30, TestingLabels.box("cup", 0.9, corners))
            .labelled("file:///nowhere/b.jpg", 40, 30)
            .write(folder.resolve("labels"));
    Path page = folder.resolve("page.html");

    TestingCommand command =
        TestingCommand.run(
            "preview", "--labels", labels, "--output", page.toString(), "--limit", "1");

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out()).isEqualTo("Preview: file://" + page + " (1 of 2 images, 0 failed)\n");
    assertThat(page)
        .content()
        .contains("data-name=\"a.jpg\"")
        .doesNotContain("data-name=\"b.jpg\"");
  }

  @Test
  void missingLabelsAreBadInput() {
    TestingCommand command =
        TestingCommand.run("preview", "--labels", "/nowhere/labels", "--output", "/tmp/page.html");

    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.err())
        .contains("Cannot read labels file:///nowhere/labels: there is no such folder");
  }

  @Test
  void labellingLeavesAPreviewBesideTheTable() throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    Files.write(photos.resolve("a.jpg"), TestingLabeler.picture(64, 48));
    Path labels = folder.resolve("labels");

    TestingCommand command =
        TestingCommand.run("label", "--input", photos.toString(), "--output", labels.toString());

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out()).contains("Preview: file://" + labels + "/_boxmill/preview.html");
    assertThat(labels.resolve("_boxmill/preview.html"))
        .content()
        .contains("viewBox=\"0 0 64 48\"")
        .contains("data-label=\"high\"");
  }
}
