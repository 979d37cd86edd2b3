package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.session.DetectorLabelerProvider;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the embedded detector. */
final class TestPreflightCommand {

  @TempDir private Path folder;

  @Test
  void withoutInputTheBundledScenesAreTheSample() {
    TestingCommand command = preflight("--output", labels(), "--refiner", "none");

    assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
    assertThat(command.out())
        .containsPattern("detector +localhost +ok +embedded: \\d+ boxes")
        .containsPattern("time +driver +ok +12 images to label: about");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aLabelerThatCannotLabelASceneFails() {
    TestingCommand command = TestingCommand.run("preflight", "--output", labels());

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

  private static TestingCommand preflight(String... arguments) {
    return TestingCommand.run(
        new DetectorLabelerProvider(),
        Stream.concat(Stream.of("preflight"), Arrays.stream(arguments)).toArray(String[]::new));
  }

  private String labels() {
    return folder.resolve("labels").toString();
  }
}
