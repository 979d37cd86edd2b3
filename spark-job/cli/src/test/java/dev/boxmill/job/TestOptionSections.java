package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.session.DetectorLabelerProvider;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

final class TestOptionSections {

  @Test
  void helpListsOptionsByWhatTheyAreFor() {
    assertThat(TestingCommand.run("label", "--help").out())
        .containsSubsequence(
            "Input:",
            "--input=URI",
            "--keep-columns=",
            "Output:",
            "--output=URI",
            "Labels that are in --output already, one of:",
            "--retry-failed",
            "Detector:",
            "--precision=",
            "Boxes:",
            "--min-score=",
            "Refiners:",
            "--jars=",
            "Limits:",
            "--max-pixels=",
            "--threads=",
            "--memory=",
            "Help:",
            "Exit codes:",
            "Examples:");
    assertThat(TestingCommand.run("train-refiner", "--help").out())
        .containsSubsequence("--ground-truth=", "Training:", "--epochs=", "Limits:");
  }

  @Test
  void everyOptionOfLabelStandsUnderAHeading() {
    CommandSpec label =
        Boxmill.commandLine(new DetectorLabelerProvider())
            .getSubcommands()
            .get("label")
            .getCommandSpec();

    assertThat(label.options()).extracting(OptionSpec::group).doesNotContainNull();
  }

  @Test
  void defaultsAndRequiredOptionsStayWhatTheyAre() {
    assertThat(TestingCommand.run("refine", "--labels", "x").err())
        .contains("Missing required option: '--output=URI'");
    assertThat(TestingCommand.run("compare", "--labels", "x").err())
        .startsWith("Invalid --labels: given once");
  }
}
