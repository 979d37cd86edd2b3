package dev.boxmill.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

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
            LabelSettings.EMBEDDED, List.of(2), List.of(SLOW_DEVICE), 64, 64, 48),
        new PrintWriter(out));

    String row = out.toString().lines().reduce((first, second) -> second).orElseThrow();
    Scanner numbers = new Scanner(row.replace("%", "")).useLocale(Locale.ROOT);
    assertThat(numbers.nextInt()).isEqualTo(2);
    assertThat(numbers.nextDouble()).isEqualTo(SLOW_DEVICE);
    assertThat(numbers.nextDouble()).as("images per second").isBetween(20.0, 1000 / SLOW_DEVICE);
    assertThat(numbers.nextDouble()).as("percent busy").isBetween(50.0, 100.5);
    assertThat(numbers.nextDouble()).as("images a batch").isBetween(10.0, 16.0);
  }
}
