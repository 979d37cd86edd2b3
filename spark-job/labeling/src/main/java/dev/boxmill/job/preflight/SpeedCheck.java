package dev.boxmill.job.preflight;

import dev.boxmill.job.preflight.Finding.Status;
import dev.boxmill.job.text.Plural;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Speed and time of a run by what some tasks measured.
 *
 * @param tasks that run at once
 */
record SpeedCheck(List<Speed> measured, PendingInputs pendingInputs, int tasks) {

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    long labeled = measured.stream().mapToLong(Speed::labeled).sum();
    long failed = measured.stream().mapToLong(Speed::failed).sum();
    if (failed > 0) {
      findings.add(failures(labeled, failed));
    }
    if (labeled == 0) {
      findings.add(Finding.skipped(Check.SPEED, "no image of the sample was labeled"));
      return findings;
    }
    findings.add(speed(labeled + failed));
    findings.add(time());
    return findings;
  }

  private Finding failures(long labeled, long failed) {
    String first =
        measured.stream()
            .map(Speed::failure)
            .filter(failure -> !failure.isEmpty())
            .findFirst()
            .orElse("");
    String what =
        failed + " of " + Plural.of(labeled + failed, "image") + " got no labels; " + first;
    String remedy = "--max-failure-rate sets how many may fail";
    Status outcome = labeled == 0 ? Status.FAILED : Status.WARNING;
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
            Plural.of(tasks, "task"),
            least,
            most,
            Plural.of(images, "image"),
            Plural.of(measured.size(), "task")));
  }

  /** Images per second of all tasks that run at once. */
  private double rate() {
    return tasks * measured.stream().mapToDouble(Speed::rate).average().orElse(0);
  }

  private Finding time() {
    long bytes = measured.stream().mapToLong(Speed::bytes).sum();
    long images = measured.stream().mapToLong(Speed::images).sum();
    long total = pendingInputs.total((double) bytes / images);
    String before =
        pendingInputs.before() == 0
            ? ""
            : ", " + Plural.of(pendingInputs.before(), "file") + " labeled before";
    String guessed = pendingInputs.guessed() ? "some " : "";
    return Finding.ok(
        Check.TIME,
        guessed
            + Plural.of(total, "image")
            + " to label"
            + before
            + ": "
            + Estimate.text(total / rate()));
  }
}
