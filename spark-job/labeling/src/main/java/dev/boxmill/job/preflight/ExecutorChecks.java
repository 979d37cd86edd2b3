package dev.boxmill.job.preflight;

import dev.boxmill.job.preflight.ExecutorProbe.Answer;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.text.Plural;
import dev.boxmill.torchscript.Precision;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.function.Consumer;

/** What every executor is asked. */
final class ExecutorChecks {

  private final Executors executors;
  private final List<Executor> known;
  private final Consumer<Finding> findings;
  private int tasks;
  private boolean gpu;

  ExecutorChecks(Executors executors, List<Executor> known, Consumer<Finding> findings) {
    this.executors = executors;
    this.known = known;
    this.findings = findings;
  }

  /** Tasks that run at once, by those that answered. */
  int tasks() {
    return tasks;
  }

  /** Whether tasks compute on GPUs. */
  boolean onGpu() {
    return gpu;
  }

  void probe(ExecutorProbe probe) {
    Map<Executor, Answer> answers = asked(probe);
    answers.forEach(
        (executor, answer) ->
            answer.findings().forEach(found -> findings.accept(found.at(executor.name()))));
    tasks = answers.values().stream().mapToInt(Answer::concurrentTasks).sum();
    gpu = answers.values().stream().anyMatch(Answer::gpu);
    findings.accept(census(answers));
    refuseMixedPrecision(answers);
  }

  /**
   * Loads the native library, and a detector with its refiners.
   *
   * @param labeler empty if it is unsound: then the library alone
   * @param precision as the user asked for it
   */
  void loadDetector(Optional<PreparedLabeler> labeler, Precision precision) {
    asked(new DetectorProbe(labeler.orElse(null), precision))
        .forEach(
            (executor, found) -> found.forEach(one -> findings.accept(one.at(executor.name()))));
  }

  /** A crash of native code takes its executor along, and after some tries the job. */
  private <A extends Serializable> Map<Executor, A> asked(Probe<A> probe) {
    try {
      return executors.ask(known, probe);
    } catch (Exception failure) { // Spark throws checked exceptions that it does not declare
      findings.accept(
          Finding.failed(Check.EXECUTORS, failure, "see the executors' logs for how they ended"));
      return Map.of();
    }
  }

  private Finding census(Map<Executor, Answer> answers) {
    OptionalInt ordered = executors.ordered();
    String what =
        "%d of %s answered, %s at once"
            .formatted(
                answers.size(), Plural.of(known.size(), "executor"), Plural.of(tasks, "task"));
    if (answers.size() < known.size()) {
      List<String> silent =
          known.stream()
              .filter(executor -> !answers.containsKey(executor))
              .map(Executor::name)
              .toList();
      return Finding.failed(Check.EXECUTORS, what, "see the logs of " + String.join(", ", silent));
    }
    return ordered.isPresent() && known.size() < ordered.getAsInt()
        ? Finding.warning(
            Check.EXECUTORS,
            what + "; " + ordered.getAsInt() + " were ordered",
            "the cluster has no more room now")
        : Finding.ok(Check.EXECUTORS, what);
  }

  /** An image's labels must not depend on where it is labeled. */
  private void refuseMixedPrecision(Map<Executor, Answer> answers) {
    TreeSet<String> precisions = new TreeSet<>();
    answers.values().forEach(answer -> precisions.add(answer.precision()));
    precisions.remove("");
    if (precisions.size() > 1) {
      findings.accept(
          Finding.failed(
              Check.DEVICE,
              "Cannot label alike everywhere: executors compute in "
                  + String.join(" and ", precisions),
              "name one with --precision"));
    }
  }
}
