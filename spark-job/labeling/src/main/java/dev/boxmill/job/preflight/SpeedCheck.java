package dev.boxmill.job.preflight;

import dev.boxmill.job.preflight.Finding.Outcome;
import dev.boxmill.job.text.Counted;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Speed and time of a run by what some tasks measured.
 *
 * @param tasks that run at once
 */
record SpeedCheck(List<Speed> measured, ToLabel toLabel, int tasks) {

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    long labelled = measured.stream().mapToLong(Speed::labelled).sum();
    long failed = measured.stream().mapToLong(Speed::failed).sum();
    if (failed > 0) {
      findings.add(failures(labelled, failed));
    }
    if (labelled == 0) {
      findings.add(Finding.skipped(Check.SPEED, "no image of the sample was labelled"));
      return findings;
    }
    findings.add(speed(labelled + failed));
    findings.add(time());
    return findings;
  }

  private Finding failures(long labelled, long failed) {
    String first =
        measured.stream()
            .map(Speed::failure)
            .filter(failure -> !failure.isEmpty())
            .findFirst()
            .orElse("");
    String what =
        failed + " of " + Counted.of(labelled + failed, "image") + " got no labels; " + first;
    String remedy = "--max-failure-rate tells how many may fail";
    Outcome outcome = labelled == 0 ? Outcome.FAILED : Outcome.WARNING;
    return new Finding(Check.INPUT, Finding.DRIVER, outcome, what, remedy);
  }

  private Finding speed(long images) {
    double least = measured.stream().mapToDouble(Speed::rate).min().orElse(0);
    double most = measured.stream().mapToDouble(Speed::rate).max().orElse(0);
    return Finding.ok(
        Check.SPEED,
        String.format(
            Locale.ROOT,
            "%.1f images/s: %s at once, %.2f to %.2f images/s each, measured on %s in %s",
            rate(),
            Counted.of(tasks, "task"),
            least,
            most,
            Counted.of(images, "image"),
            Counted.of(measured.size(), "task")));
  }

  /** Images per second of all tasks that run at once. */
  private double rate() {
    return tasks * measured.stream().mapToDouble(Speed::rate).average().orElse(0);
  }

  private Finding time() {
    long bytes = measured.stream().mapToLong(Speed::bytes).sum();
    long images = measured.stream().mapToLong(Speed::images).sum();
    long total = toLabel.total((double) bytes / images);
    String before =
        toLabel.before() == 0
            ? ""
            : ", " + Counted.of(toLabel.before(), "file") + " labelled before";
    String guessed = toLabel.guessed() ? "some " : "";
    return Finding.ok(
        Check.TIME,
        guessed
            + Counted.of(total, "image")
            + " to label"
            + before
            + ": "
            + Estimate.text(total / rate()));
  }
}
