package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.run.TestingRun;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.DetectorLabelerProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestRefineCommand {

  @TempDir private Path folder;

  @Test
  void exitCodesTellHowTheRunEnded() throws IOException {
    Path photos = Files.createDirectory(folder.resolve("photos"));
    Files.write(photos.resolve("0.jpg"), BundledSamples.scenes().get(0).content().read());
    Files.writeString(photos.resolve("none.jpg"), "no picture");
    TestingRun.of(folder.resolve("labels"), photos)
        .refiners("none")
        .run(new DetectorLabelerProvider());

    TestingCommand failed = refine("--refiner", "clip", "--min-score", "0.3");
    TestingCommand allowed = refine("--overwrite", "--max-failure-rate", "0.5");

    assertThat(failed.exitCode()).as(failed.err()).isEqualTo(ExitCode.TOO_MANY_FAILURES);
    assertThat(failed.out()).contains("2 images: 1 labeled, 1 failed (unreadable 1)");
    assertThat(failed.err()).contains("no image is read", "Too many images failed: 50.00%");
    assertThat(allowed.exitCode()).as(allowed.err()).isEqualTo(ExitCode.WHOLE);
    assertThat(allowed.err()).contains("images are read again");
  }

  @Test
  void badOptionsEndWithTheirMessage() {
    TestingCommand score = refine("--min-score", "1.5");

    assertThat(score.err()).contains("Invalid --min-score: 1.5 (must be from 0");
    assertThat(score.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(refine().err()).contains("there is no");
  }

  @Test
  void helpTellsWhatItCosts() {
    TestingCommand help = TestingCommand.run("refine", "--help");

    assertThat(help.exitCode()).isZero();
    assertThat(help.out()).contains("--labels=URI", "--refiner=", "--min-score=", "backbone");
    assertThat(TestingCommand.run("--help").out()).contains("refine ");
  }

  private TestingCommand refine(String... options) {
    String labels = folder.resolve("labels").toString();
    String output = folder.resolve("refined").toString();
    return TestingCommand.with(
        new String[] {"refine", "--labels", labels, "--output", output}, options);
  }
}
