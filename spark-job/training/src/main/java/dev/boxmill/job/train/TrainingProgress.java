package dev.boxmill.job.train;

import java.io.PrintStream;
import java.util.Locale;

/** Shows the user how far an epoch is: one line on a terminal, elsewhere a line now and then. */
final class TrainingProgress {

  private static final long TERMINAL_NANOS = 1_000_000_000L;
  private static final long LOG_NANOS = 10_000_000_000L;

  private final int epochs;
  private final int steps;
  private final PrintStream out;
  private final boolean terminal = Boolean.getBoolean("boxmill.terminal");
  private final long startNanos = System.nanoTime();
  private long shownNanos = startNanos;
  private long images;
  private int taken;
  private boolean open;

  /**
   * @param steps of an epoch
   */
  TrainingProgress(int epochs, int steps, PrintStream out) {
    this.epochs = epochs;
    this.steps = steps;
    this.out = out;
  }

  /**
   * Called behind each step.
   *
   * @param epoch counted from 1
   * @param step steps of the epoch that are taken
   * @param loss mean of the epoch so far
   * @param batch images of the step
   */
  void step(int epoch, int step, double loss, int batch) {
    images += batch;
    taken++;
    long now = System.nanoTime();
    if (now - shownNanos < (terminal ? TERMINAL_NANOS : LOG_NANOS)) {
      return;
    }
    shownNanos = now;
    double seconds = (now - startNanos) / 1e9;
    long left = (long) (epochs - epoch) * steps + steps - step;
    String text =
        String.format(
            Locale.ROOT,
            "epoch %d of %d · step %d of %d · loss %.4f · %.1f images/s · %.0f min left",
            epoch,
            epochs,
            step,
            steps,
            loss,
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
