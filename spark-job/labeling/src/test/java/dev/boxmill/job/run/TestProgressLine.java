package dev.boxmill.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class TestProgressLine {

  @Test
  void tellsShareRateFailuresAndTimeLeft() {
    assertThat(text(new Progress(1200, 3), OptionalLong.of(4000), 60))
        .isEqualTo("1,200 of 4,000 images · 30% · 20.0 images/s · 3 failed · 2 min left");
    assertThat(text(new Progress(4000, 0), OptionalLong.of(4000), 60))
        .isEqualTo("4,000 of 4,000 images · 100% · 66.7 images/s · 0 failed · 0 s left");
    assertThat(text(new Progress(1000, 0), OptionalLong.of(1_000_000), 100))
        .endsWith(" · 27 h 45 min left");
  }

  @Test
  void tellsNoTimeBeforeTheFirstImage() {
    assertThat(text(Progress.NONE, OptionalLong.of(1), 5))
        .isEqualTo("0 of 1 image · 0% · 0.0 images/s · 0 failed");
  }

  @Test
  void tellsNoShareOfArchivesWhoseImagesNobodyCounted() {
    assertThat(text(new Progress(10, 1), OptionalLong.empty(), 10))
        .isEqualTo("10 images · 1.0 images/s · 1 failed");
  }

  @Test
  void terminalLineIsWrittenAnewEverySecond() throws InterruptedException {
    CountDownLatch twice = new CountDownLatch(2);
    ByteArrayOutputStream written =
        new ByteArrayOutputStream() {
          @Override
          public synchronized void write(byte[] bytes, int from, int length) {
            super.write(bytes, from, length);
            if (bytes[from] == '\r') {
              twice.countDown();
            }
          }
        };
    ProgressLine line =
        ProgressLine.start(
            () -> new Progress(1, 0),
            OptionalLong.of(2),
            ProgressLine.Medium.TERMINAL,
            new PrintStream(written, true, StandardCharsets.UTF_8));
    assertThat(twice.await(60, TimeUnit.SECONDS)).isTrue();
    line.close();

    String text = written.toString(StandardCharsets.UTF_8);
    assertThat(text).startsWith("\r1 of 2 images · 50%").endsWith(System.lineSeparator());
    assertThat(text.split("\r").length).isGreaterThanOrEqualTo(4);
    assertThat(text.lines().count()).isGreaterThanOrEqualTo(1);
  }

  private static String text(Progress progress, OptionalLong total, long seconds) {
    return ProgressLine.text(progress, total, Duration.ofSeconds(seconds));
  }
}
