package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestEarlyExit {

  @TempDir Path folder;

  @Test
  void anExitBeforeTheCommandHasEndedIsNoSuccess() throws Exception {
    Process process = start("exit");
    assertThat(process.waitFor()).as(log()).isEqualTo(1);
    assertThat(log())
        .contains("The run broke off: dev.boxmill.job.TestingExit.")
        .contains("ended the program by System.exit");
  }

  @Test
  void aSignalKeepsItsOwnCode() throws Exception {
    Process process = start("wait");
    while (!process.waitFor(50, TimeUnit.MILLISECONDS) && !log().contains("waiting")) {
      assertThat(process.isAlive()).isTrue();
    }
    process.destroy();
    assertThat(process.waitFor()).isEqualTo(128 + 15);
    assertThat(log()).doesNotContain("System.exit");
  }

  @Test
  void aCommandThatEndsKeepsItsCode() throws Exception {
    assertThat(start("refuse").waitFor()).as(log()).isEqualTo(2);
    assertThat(log()).contains("not today").doesNotContain("System.exit");
  }

  private Process start(String what) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            TestingExit.class.getName(),
            what)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }
}
