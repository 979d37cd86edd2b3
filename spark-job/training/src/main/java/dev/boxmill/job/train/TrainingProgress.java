package dev.boxmill.job.train;

import dev.boxmill.job.train.TrainingState.TrainingPosition;
import java.io.PrintStream;
import java.util.Locale;

/** Shows the user how far an epoch is: one line on a terminal, elsewhere a line now and then. */
final class TrainingProgress {

  private static final long TERMINAL_NANOS = 1_000_000_000L;
  private static final long LOG_NANOS = 10_000_000_000L;

  private final TrainingSettings settings;
  private final int steps;
  private final PrintStream out;
  private final boolean terminal = Boolean.getBoolean("boxmill.terminal");
  private final long startNanos = System.nanoTime();
  private long shownNanos = startNanos;
  private long images;
  private int taken;
  private boolean open;

  TrainingProgress(TrainingSettings settings, int steps, PrintStream out) {
    this.settings = settings;
    this.steps = steps;
    this.out = out;
  }

  void step(TrainingPosition place, int batch) {
    images += batch;
    taken++;
    long now = System.nanoTime();
    if (now - shownNanos < (terminal ? TERMINAL_NANOS : LOG_NANOS)) {
      return;
    }
    shownNanos = now;
    double seconds = (now - startNanos) / 1e9;
    long left = (long) (settings.epochs() - place.epoch()) * steps + steps - place.step();
    String text =
        String.format(
            Locale.ROOT,
            "epoch %d of %d · step %d of %d · loss %.4f · %.1f images/s · %.0f min left",
            place.epoch(),
            settings.epochs(),
            place.step(),
            steps,
            place.loss() / Math.max(1, place.boxes()),
            images / seconds,
            Math.ceil(left * seconds / taken / 60));
    if (terminal) {
      out.print("\r" + text + "    ");
      open = true;
    } else {
      out.println(text);
    }
    out.flush();
  }

  void end() {
    if (open) {
      out.println();
    }
  }
}
