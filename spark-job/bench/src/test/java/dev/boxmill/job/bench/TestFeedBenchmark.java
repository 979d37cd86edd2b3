package dev.boxmill.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.image.Decoding;
import dev.boxmill.job.session.LabelSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Scanner;
import org.junit.jupiter.api.Test;

final class TestFeedBenchmark {
  private static final double SLOW_DEVICE = 20;

  @Test
  void aSlowDeviceIsBusyAndItsBatchesAreFull() throws IOException {
    StringWriter out = new StringWriter();

    FeedBenchmark.run(
        new FeedBenchmark.Request(
            LabelSettings.EMBEDDED,
            List.of(2),
            List.of(SLOW_DEVICE),
            64,
            64,
            48,
            List.of(Decoding.FULL, Decoding.SCALED)),
        new PrintWriter(out));

    List<String> rows = out.toString().lines().skip(2).toList();
    assertThat(rows).hasSize(2);
    assertBusy(rows.get(0), "full");
    assertBusy(rows.get(1), "scaled");
  }

  private static void assertBusy(String row, String decoding) {
    Scanner numbers = new Scanner(row.replace("%", "")).useLocale(Locale.ROOT);
    assertThat(numbers.next()).isEqualTo(decoding);
    assertThat(numbers.nextInt()).isEqualTo(2);
    assertThat(numbers.nextDouble()).isEqualTo(SLOW_DEVICE);
    assertThat(numbers.nextDouble()).as("images per second").isBetween(20.0, 1000 / SLOW_DEVICE);
    assertThat(numbers.nextDouble()).as("percent busy").isBetween(50.0, 100.5);
    assertThat(numbers.nextDouble()).as("images a batch").isBetween(10.0, 16.0);
  }
}
