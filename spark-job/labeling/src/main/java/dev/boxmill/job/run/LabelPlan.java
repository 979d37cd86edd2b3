package dev.boxmill.job.run;

import dev.boxmill.job.session.LabelerProvider;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.source.InputListing;
import dev.boxmill.job.source.ListedInputs;
import dev.boxmill.job.storage.FileNameEncoding;
import dev.boxmill.job.table.KeptColumns;
import dev.boxmill.job.table.LabelWriter;
import dev.boxmill.job.table.OutputFolder;
import dev.boxmill.job.table.OutputFolder.ExistingLabels;
import dev.boxmill.job.table.RunRecord;
import dev.boxmill.torchscript.Precision;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What a run finds out on the driver before it writes anything: where the labels go, what labels,
 * and the images. {@code label} stops at the first step that fails; {@code preflight} takes them
 * all, so that the user sees all that is wrong at once.
 */
public final class LabelPlan implements Closeable {

  /** A step of the plan. */
  public enum Step {
    OUTPUT,
    DETECTOR,
    INPUT
  }

  /** What becomes of a step that fails. */
  public interface Steps {

    /** The steps of a run: the first failure ends it. */
    Steps THROWING =
        new Steps() {
          @Override
          public <T> Optional<T> take(Step step, Work<T> work) throws IOException {
            return Optional.of(work.run());
          }
        };

    /** What the step gives; empty if it failed and the plan goes on without it. */
    <T> Optional<T> take(Step step, Work<T> work) throws IOException;
  }

  /** What a step does. */
  public interface Work<T> {
    T run() throws IOException;
  }

  private final LabelRequest request;
  private final SparkSession spark;
  private final Optional<OutputFolder> output;
  private final Optional<PreparedLabeler> labeler;
  private final Optional<ListedInputs> inputs;

  /**
   * Takes the steps.
   *
   * @param precision what {@code --precision auto} stands for where labels are made
   */
  public LabelPlan(
      LabelRequest request,
      LabelerProvider labelers,
      SparkSession spark,
      Supplier<Precision> precision,
      Steps steps)
      throws IOException {
    this.request = request;
    this.spark = spark;
    this.output =
        steps.take(
            Step.OUTPUT,
            () -> {
              FileNameEncoding.refuseLost(request.output());
              return OutputFolder.claim(request.output(), request.existing(), hadoop());
            });
    this.labeler =
        steps.take(
            Step.DETECTOR,
            () -> labelers.prepare(request.settings(), hadoop()).withAuto(precision));
    if (output.isPresent() && labeler.isPresent()) {
      steps.take(Step.OUTPUT, this::refuseToMix);
    }
    this.inputs =
        isRetry() || request.inputs().isEmpty()
            ? Optional.empty()
            : steps.take(Step.INPUT, () -> list(request.inputs()));
  }

  /** The table, if a run may write there. */
  public Optional<OutputFolder> output() {
    return output;
  }

  /** What labels, if detector and refiners are sound. */
  public Optional<PreparedLabeler> labeler() {
    return labeler;
  }

  /** What the user's inputs stand for; empty if there are none, or they can't be listed. */
  public Optional<ListedInputs> inputs() {
    return inputs;
  }

  /** How a run that began then makes its labels. */
  RunRecord record(Instant started) {
    return labeler.orElseThrow().record(started).with(request.tables().settings());
  }

  /** Whether the images are those of the table that failed. */
  public boolean isRetry() {
    return request.existing() == ExistingLabels.RETRY_FAILED;
  }

  /**
   * The images that inputs stand for, those that have labels left out.
   *
   * @throws dev.boxmill.job.error.BadInputException if they can't be listed, or lie in the output
   */
  ListedInputs list(List<String> given) throws IOException {
    Optional<Dataset<Row>> labeled =
        holdsLabels() ? Optional.of(labels(output.orElseThrow())) : Optional.empty();
    ListedInputs listed =
        InputListing.list(
            spark,
            given,
            request.format(),
            request.tables(),
            labeled,
            holdsLabels() ? output.orElseThrow().kept() : KeptColumns.NONE);
    output.ifPresent(table -> listed.roots().forEach(root -> table.refuseToHold(new Path(root))));
    return listed;
  }

  /** The rows that lie in a table. */
  public Dataset<Row> labels(OutputFolder table) {
    return new LabelWriter(spark).read(table.table());
  }

  private boolean holdsLabels() throws IOException {
    return output.isPresent() && !output.get().chunks().committed().isEmpty();
  }

  private OutputFolder refuseToMix() throws IOException {
    output.orElseThrow().refuseToMix(record(Instant.now()));
    return output.get();
  }

  private Configuration hadoop() {
    return spark.sparkContext().hadoopConfiguration();
  }

  @Override
  public void close() {
    inputs.ifPresent(ListedInputs::close);
  }
}
