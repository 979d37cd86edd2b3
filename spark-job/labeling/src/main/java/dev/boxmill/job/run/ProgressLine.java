package dev.boxmill.job.run;

import dev.boxmill.job.text.Plural;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Shows the user how far the run is: on a terminal one line that is rewritten every second,
 * elsewhere a line every ten seconds.
 */
final class ProgressLine implements AutoCloseable {

  /** What the lines are written to. */
  enum Medium {
    TERMINAL(1),
    LOG(10);

    private final int seconds;

    Medium(int seconds) {
      this.seconds = seconds;
    }

    /** The launcher says whether standard error is a terminal; Java 17 itself can't tell. */
    static Medium ofStandardError() {
      return Boolean.getBoolean("boxmill.terminal") ? TERMINAL : LOG;
    }
  }

  private final Supplier<Progress> progress;
  private final OptionalLong total;
  private final Medium medium;
  private final PrintStream out;
  private final long startNanos = System.nanoTime();
  private final Thread thread = new Thread(this::repeat, "boxmill-progress");
  private volatile boolean closed;
  private int widest;

  private ProgressLine(
      Supplier<Progress> progress, OptionalLong total, Medium medium, PrintStream out) {
    this.progress = progress;
    this.total = total;
    this.medium = medium;
    this.out = out;
  }

  static ProgressLine start(
      Supplier<Progress> progress, OptionalLong total, Medium medium, PrintStream out) {
    ProgressLine line = new ProgressLine(progress, total, medium, out);
    line.thread.setDaemon(true);
    line.thread.start();
    return line;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    if (widest > 0) {
      show();
      out.println();
    }
  }

  /** For example {@code 120 of 400 images · 30% · 14.2 images/s · 1 failed · 20 s left}. */
  static String text(Progress now, OptionalLong total, Duration elapsed) {
    double seconds = Math.max(0.001, elapsed.toMillis() / 1000.0);
    double rate = now.images() / seconds;
    StringBuilder text = new StringBuilder();
    if (total.isPresent()) {
      long all = Math.max(1, total.getAsLong());
      text.append(String.format(Locale.ROOT, "%,d of %s", now.images(), Plural.of(all, "image")));
      text.append(String.format(Locale.ROOT, " · %d%%", 100 * now.images() / all));
    } else {
      text.append(Plural.of(now.images(), "image"));
    }
    text.append(String.format(Locale.ROOT, " · %.1f images/s", rate));
    text.append(String.format(Locale.ROOT, " · %,d failed", now.failures()));
    if (total.isPresent() && now.images() > 0) {
      text.append(" · ").append(timeLeft((total.getAsLong() - now.images()) / rate));
    }
    return text.toString();
  }

  private static String timeLeft(double seconds) {
    long left = Math.max(0, Math.round(seconds));
    if (left < 120) {
      return left + " s left";
    }
    if (left < 7200) {
      return left / 60 + " min left";
    }
    return String.format(Locale.ROOT, "%d h %02d min left", left / 3600, left / 60 % 60);
  }

  private void repeat() {
    while (!closed) {
      try {
        Thread.sleep(medium.seconds * 1000L);
      } catch (InterruptedException ended) {
        return;
      }
      show();
    }
  }

  private void show() {
    Duration elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
    String text = text(progress.get(), total, elapsed);
    widest = Math.max(widest, text.length());
    switch (medium) {
      case TERMINAL -> out.print("\r" + text + " ".repeat(widest - text.length()));
      case LOG -> out.println(text);
    }
    out.flush();
  }
}
