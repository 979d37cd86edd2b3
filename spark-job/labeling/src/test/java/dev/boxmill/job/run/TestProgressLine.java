package dev.boxmill.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class TestProgressLine {

  @Test
  void tellsShareRateFailuresAndTimeLeft() {
    assertThat(text(new Progress(1200, 3), OptionalLong.of(4000), 20))
        .isEqualTo("1,200 of 4,000 images · 30% · 20.0 images/s · 3 failed · 2 min left");
    assertThat(text(new Progress(1000, 0), OptionalLong.of(1_000_000), 10))
        .endsWith(" · 27 h 45 min left");
  }

  @Test
  void tellsNoTimeLeftOfWhatIsDone() {
    assertThat(text(new Progress(4000, 0), OptionalLong.of(4000), 66.66))
        .isEqualTo("4,000 of 4,000 images · 100% · 66.7 images/s · 0 failed");
  }

  @Test
  void tellsNoRateBeforeOneIsKnown() {
    assertThat(ProgressLine.text(Progress.NONE, OptionalLong.of(1), OptionalDouble.empty()))
        .isEqualTo("0 of 1 image · 0% · starting");
    assertThat(ProgressLine.text(new Progress(3, 0), OptionalLong.of(9), OptionalDouble.empty()))
        .isEqualTo("3 of 9 images · 33% · 0 failed");
  }

  @Test
  void startUpDoesNotCountInTheRate() {
    Pace pace = new Pace();
    pace.see(0, seconds(5));
    pace.see(10, seconds(60));
    assertThat(pace.rate()).isEmpty();
    pace.see(30, seconds(62));
    assertThat(pace.rate()).hasValue(10);
    pace.see(30, seconds(64));
    assertThat(pace.rate()).hasValue(5);
    pace.see(60, seconds(65));
    assertThat(pace.rate()).hasValue(10);
  }

  private static long seconds(int seconds) {
    return seconds * 1_000_000_000L;
  }

  @Test
  void tellsNoShareOfArchivesWhoseImagesNobodyCounted() {
    assertThat(text(new Progress(10, 1), OptionalLong.empty(), 1))
        .isEqualTo("10 images · 1.0 images/s · 1 failed");
  }

  @Test
  void theLastLineOfALogIsNotDoubled() throws InterruptedException {
    CountDownLatch printed = new CountDownLatch(1);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    PrintStream out =
        new PrintStream(written, true, StandardCharsets.UTF_8) {
          @Override
          public void println(String line) {
            super.println(line);
            printed.countDown();
          }
        };
    ProgressLine line =
        ProgressLine.start(
            () -> new Progress(2, 0),
            OptionalLong.of(2),
            ProgressLine.Medium.LOG,
            out,
            Duration.ofMillis(20));
    assertThat(printed.await(60, TimeUnit.SECONDS)).isTrue();
    line.close();

    assertThat(written.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("2 of 2 images · 100% · 0 failed");
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
            new PrintStream(written, true, StandardCharsets.UTF_8),
            Duration.ofMillis(20));
    assertThat(twice.await(60, TimeUnit.SECONDS)).isTrue();
    line.close();

    String text = written.toString(StandardCharsets.UTF_8);
    assertThat(text).startsWith("\r1 of 2 images · 50%").endsWith(System.lineSeparator());
    assertThat(text.split("\r").length).isGreaterThanOrEqualTo(3);
    assertThat(text.lines().count()).isGreaterThanOrEqualTo(1);
  }

  private static String text(Progress progress, OptionalLong total, double rate) {
    return ProgressLine.text(progress, total, OptionalDouble.of(rate));
  }
}
