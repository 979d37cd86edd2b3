package dev.boxmill.job.run;

import dev.boxmill.job.text.Plural;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;
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
  private final Duration second;
  private final Pace pace = new Pace();
  private final Thread thread = new Thread(this::repeat, "boxmill-progress");
  private volatile boolean closed;
  private Progress shown = Progress.NONE;
  private int widest;

  private ProgressLine(
      Supplier<Progress> progress,
      OptionalLong total,
      Medium medium,
      PrintStream out,
      Duration second) {
    this.progress = progress;
    this.total = total;
    this.medium = medium;
    this.out = out;
    this.second = second;
  }

  static ProgressLine start(
      Supplier<Progress> progress, OptionalLong total, Medium medium, PrintStream out) {
    return start(progress, total, medium, out, Duration.ofSeconds(1));
  }

  /**
   * The same.
   *
   * @param second how long a second is; tests have less time
   */
  static ProgressLine start(
      Supplier<Progress> progress,
      OptionalLong total,
      Medium medium,
      PrintStream out,
      Duration second) {
    ProgressLine line = new ProgressLine(progress, total, medium, out, second);
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
    end();
  }

  /** The last state, unless it is to be read already. */
  private void end() {
    Progress last = look();
    if (widest > 0 && !last.equals(shown)) {
      show(last);
    }
    if (widest > 0 && medium == Medium.TERMINAL) {
      out.println();
    }
  }

  /**
   * For example {@code 120 of 400 images · 30% · 14.2 images/s · 1 failed · 20 s left}.
   *
   * @param rate images per second, once it is known
   */
  static String text(Progress now, OptionalLong total, OptionalDouble rate) {
    StringBuilder text = new StringBuilder();
    if (total.isPresent()) {
      long all = Math.max(1, total.getAsLong());
      text.append(String.format(Locale.ROOT, "%,d of %s", now.images(), Plural.of(all, "image")));
      text.append(String.format(Locale.ROOT, " · %d%%", 100 * now.images() / all));
    } else {
      text.append(Plural.of(now.images(), "image"));
    }
    if (now.images() == 0) {
      return text.append(" · starting").toString();
    }
    rate.ifPresent(r -> text.append(String.format(Locale.ROOT, " · %.1f images/s", r)));
    text.append(String.format(Locale.ROOT, " · %,d failed", now.failures()));
    long left = total.orElse(0) - now.images();
    if (rate.isPresent() && left > 0) {
      text.append(" · ").append(timeLeft(left / rate.getAsDouble()));
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
    for (int seconds = 1; !closed; seconds++) {
      try {
        Thread.sleep(second.toMillis());
      } catch (InterruptedException ended) {
        return;
      }
      Progress now = look();
      if (seconds % medium.seconds == 0) {
        show(now);
      }
    }
  }

  private Progress look() {
    Progress now = progress.get();
    pace.see(now.images(), System.nanoTime());
    return now;
  }

  private void show(Progress now) {
    String text = text(now, total, pace.rate());
    widest = Math.max(widest, text.length());
    shown = now;
    switch (medium) {
      case TERMINAL -> out.print("\r" + text + " ".repeat(widest - text.length()));
      case LOG -> out.println(text);
    }
    out.flush();
  }
}
