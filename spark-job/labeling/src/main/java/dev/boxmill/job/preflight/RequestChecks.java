package dev.boxmill.job.preflight;

import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.manifest.SortedFiles;
import dev.boxmill.job.run.CommittedFiles;
import dev.boxmill.job.run.LabelRequest;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.LabelerProvider;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.source.InputListing;
import dev.boxmill.job.source.ListedInputs;
import dev.boxmill.job.table.LabelWriter;
import dev.boxmill.job.table.OutputFolder;
import dev.boxmill.job.table.OutputFolder.Existing;
import dev.boxmill.job.table.TableTotals;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What a run finds out on the driver before it writes anything: the same steps, each by itself, so
 * that all that is wrong is told at once.
 */
final class RequestChecks implements Closeable {

  private final LabelRequest request;
  private final SparkSession spark;
  private final Consumer<Finding> findings;
  private final Optional<OutputFolder> output;
  private final Optional<PreparedLabeler> labeler;
  private final Optional<ListedInputs> inputs;

  RequestChecks(
      LabelRequest request,
      LabelerProvider labelers,
      SparkSession spark,
      Consumer<Finding> findings) {
    this.request = request;
    this.spark = spark;
    this.findings = findings;
    this.output =
        tried(
            Check.OUTPUT, () -> OutputFolder.claim(request.output(), request.existing(), hadoop()));
    this.labeler = tried(Check.DETECTOR, () -> labelers.prepare(request.settings(), hadoop()));
    refuseToMix();
    boolean listed = !request.inputs().isEmpty() && !isRetry();
    this.inputs = listed ? tried(Check.INPUT, this::list) : Optional.empty();
    inputs.ifPresent(this::tellDecisions);
  }

  /** The table, if a run may write there. */
  Optional<OutputFolder> output() {
    return output;
  }

  /** What labels, if detector and refiners are sound. */
  Optional<PreparedLabeler> labeler() {
    return labeler;
  }

  /** What the user's inputs stand for; empty if there are none, or they can't be listed. */
  Optional<ListedInputs> inputs() {
    return inputs;
  }

  /** Some of the files to label; none if images are not taken from {@code --input}. */
  List<ListedFile> someFiles(int most) throws IOException {
    return inputs.isPresent() ? ofInputs(inputs.get(), most).sample() : List.of();
  }

  /**
   * What a run would label, without what its committed chunks hold.
   *
   * @param sample files to pick for a first look
   */
  ToLabel toLabel(int sample) throws IOException {
    if (inputs.isPresent()) {
      return ofInputs(inputs.get(), sample);
    }
    return ToLabel.images(isRetry() ? failedRows() : BundledSamples.scenes().size());
  }

  private ToLabel ofInputs(ListedInputs listed, int sample) throws IOException {
    if (output.isEmpty()) {
      return ToLabel.of(listed.files(), listed.files().count(), sample);
    }
    try (SortedFiles known = new CommittedFiles(spark, output.get()).known();
        SortedFiles rest = listed.files().without(known)) {
      return ToLabel.of(rest, listed.files().count(), sample);
    }
  }

  private long failedRows() {
    return output.map(table -> TableTotals.of(rows(table)).failed()).orElse(0L);
  }

  private boolean isRetry() {
    return request.existing() == Existing.RETRY_FAILED;
  }

  private void refuseToMix() {
    if (output.isPresent() && labeler.isPresent()) {
      tried(
          Check.OUTPUT,
          () -> {
            output.get().refuseToMix(labeler.get().record(Instant.now()));
            return true;
          });
    }
  }

  private ListedInputs list() throws IOException {
    Optional<Dataset<Row>> labelled =
        holdsLabels() ? Optional.of(rows(output.orElseThrow())) : Optional.empty();
    ListedInputs listed = InputListing.list(spark, request.inputs(), request.format(), labelled);
    output.ifPresent(table -> listed.roots().forEach(root -> table.refuseToHold(new Path(root))));
    return listed;
  }

  private Dataset<Row> rows(OutputFolder table) {
    return new LabelWriter(spark).read(table.table());
  }

  private boolean holdsLabels() throws IOException {
    return output.isPresent() && !output.get().chunks().committed().isEmpty();
  }

  private void tellDecisions(ListedInputs listed) {
    listed
        .decisions()
        .forEach(
            decision ->
                findings.accept(Finding.ok(Check.INPUT, decision.replaceFirst("^Input ", ""))));
  }

  private <T> Optional<T> tried(Check check, Callable<T> step) {
    try {
      return Optional.of(step.call());
    } catch (Exception | LinkageError failure) {
      findings.accept(Finding.failed(check, failure, "see the message"));
      return Optional.empty();
    }
  }

  private Configuration hadoop() {
    return spark.sparkContext().hadoopConfiguration();
  }

  @Override
  public void close() {
    inputs.ifPresent(ListedInputs::close);
  }
}
