package dev.boxmill.job.preflight;

import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.manifest.SortedFiles;
import dev.boxmill.job.run.CommittedFiles;
import dev.boxmill.job.run.LabelPlan;
import dev.boxmill.job.run.LabelRequest;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.LabelerProvider;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.source.ListedInputs;
import dev.boxmill.job.table.OutputFolder;
import dev.boxmill.job.table.TableTotals;
import dev.boxmill.torchscript.Precision;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/** The plan of a run whose every fault becomes a finding, and what the run would label. */
final class RequestChecks implements Closeable {

  private final SparkSession spark;
  private final Consumer<Finding> findings;
  private final LabelPlan plan;

  RequestChecks(
      LabelRequest request,
      LabelerProvider labelers,
      SparkSession spark,
      Supplier<Precision> precision,
      Consumer<Finding> findings)
      throws IOException {
    this.spark = spark;
    this.findings = findings;
    this.plan = new LabelPlan(request, labelers, spark, precision, new Collecting());
    plan.labeler()
        .ifPresent(
            sound ->
                sound
                    .notes()
                    .forEach(
                        note ->
                            findings.accept(
                                Finding.ok(Check.DETECTOR, note.replaceFirst("^Prompt: ", "")))));
    plan.inputs().ifPresent(this::reportDecisions);
  }

  /** Takes each step by itself, and keeps what is wrong with it. */
  private final class Collecting implements LabelPlan.Steps {

    @Override
    public <T> Optional<T> take(LabelPlan.Step step, LabelPlan.Work<T> work) {
      try {
        return Optional.of(work.run());
      } catch (Exception | LinkageError failure) {
        findings.accept(Finding.failed(check(step), failure, "see the message"));
        return Optional.empty();
      }
    }
  }

  private static Check check(LabelPlan.Step step) {
    return switch (step) {
      case OUTPUT -> Check.OUTPUT;
      case DETECTOR -> Check.DETECTOR;
      case INPUT -> Check.INPUT;
    };
  }

  /** The table, if a run may write there. */
  Optional<OutputFolder> output() {
    return plan.output();
  }

  /** What labels, if detector and refiners are sound. */
  Optional<PreparedLabeler> labeler() {
    return plan.labeler();
  }

  /** What the user's inputs stand for; empty if there are none, or they can't be listed. */
  Optional<ListedInputs> inputs() {
    return plan.inputs();
  }

  /** Some of the files to label; none if images are not taken from {@code --input}. */
  List<ListedFile> someFiles(int most) throws IOException {
    return inputs().isPresent() ? ofInputs(inputs().get(), most).sample() : List.of();
  }

  /**
   * What a run would label, without what its committed chunks hold.
   *
   * @param sample files to pick for a first look
   */
  PendingInputs pendingInputs(int sample) throws IOException {
    if (inputs().isPresent()) {
      return ofInputs(inputs().get(), sample);
    }
    return PendingInputs.images(plan.isRetry() ? failedRows() : BundledSamples.scenes().size());
  }

  private PendingInputs ofInputs(ListedInputs listed, int sample) throws IOException {
    if (output().isEmpty()) {
      return PendingInputs.of(listed.files(), listed.files().count(), sample);
    }
    try (SortedFiles known = new CommittedFiles(spark, output().get()).known();
        SortedFiles rest = listed.files().without(known)) {
      return PendingInputs.of(rest, listed.files().count(), sample);
    }
  }

  private long failedRows() {
    return output().map(table -> TableTotals.of(plan.labels(table)).failed()).orElse(0L);
  }

  private void reportDecisions(ListedInputs listed) {
    listed
        .decisions()
        .forEach(
            decision ->
                findings.accept(Finding.ok(Check.INPUT, decision.replaceFirst("^Input ", ""))));
  }

  @Override
  public void close() {
    plan.close();
  }
}
