package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others named must not steer the terminal. */
final class TestControlCharacters {

  private static final String RED = "red\u001b[31m\u0007";
  private static final String SHOWN = "red\\u001b[31m\\u0007";

  @TempDir Path folder;

  @Test
  void refusalShowsThem() {
    TestingCommand command =
        TestingCommand.run("label", "--input", RED, "--output", folder.resolve("out").toString());

    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.err()).contains("Cannot read input " + SHOWN).doesNotContain("\u001b");
  }

  @Test
  void failureOfAPluginShowsThem() {
    TestingCommand command =
        TestingCommand.run(
            (settings, hadoop) -> {
              throw new IllegalStateException(RED);
            },
            "label",
            "--output",
            folder.resolve("out").toString());

    assertThat(command.exitCode()).isEqualTo(1);
    assertThat(command.err()).contains("The run broke off: " + SHOWN).doesNotContain("\u001b");
  }

  @Test
  void resultShowsThem() {
    TestingCommand command =
        TestingCommand.run(
            "scenes", "--count", "1", "--seed", "1", "--output", folder.resolve(RED).toString());

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out()).contains(SHOWN).doesNotContain("\u001b");
  }
}
