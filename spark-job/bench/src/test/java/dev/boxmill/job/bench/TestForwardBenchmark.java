package dev.boxmill.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestForwardBenchmark {

  @TempDir private Path directory;

  @Test
  void everySideHasARowAndARatioToItsOwnPrecision() throws IOException {
    Path peer =
        Files.writeString(
            directory.resolve("peer"), "while read x; do echo '{\"ms\": 5000}'; done");

    assertThat(run(Optional.of("sh " + peer)).lines())
        .filteredOn(line -> line.startsWith("| "))
        .hasSize(7)
        .anySatisfy(line -> assertThat(line).matches("\\| boxmill bf16 \\| \\d+ \\| 1.00 \\| .*"))
        .anySatisfy(line -> assertThat(line).matches("\\| boxmill fp32 \\| \\d+ \\| 1.00 \\| .*"))
        .anySatisfy(line -> assertThat(line).startsWith("| OpenVINO bf16 | 5000 | "))
        .anySatisfy(line -> assertThat(line).startsWith("| ONNX Runtime fp32 | 5000 | "));
  }

  @Test
  void boxmillAloneNeedsNoPeer() throws IOException {
    assertThat(run(Optional.empty()))
        .startsWith("small at 96x64, random weights, 2 cores, medians of 3 rounds, sides in turn")
        .doesNotContain("OpenVINO");
  }

  private static String run(Optional<String> peer) throws IOException {
    StringWriter text = new StringWriter();
    FamilyMember member =
        FamilyMember.parse(new ObjectMapper().readTree(TestFamilyBenchmark.SMALL));
    ForwardBenchmark.run(member, 3, 2, peer, new PrintWriter(text, true));
    return text.toString();
  }
}
