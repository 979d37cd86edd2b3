package dev.boxmill.job.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.table.TableTotals;
import dev.boxmill.job.table.Version;
import dev.boxmill.job.text.Plural;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * How a run went; also the metrics file, whose keys are these names.
 *
 * @param imagesPerSecond of those that this run labeled
 * @param inputs images that were given to this run and those before it, each once; as many as rows
 * @param labeledNow images that this run labeled
 * @param duplicates inputs left out because they were given before
 * @param missing rows of images that earlier runs were given, and this one was not
 * @param dropped such rows that this run took out of the table
 * @param failures failed images by error category
 * @param time where it went, and what bounds the run
 * @param seconds from the first look at the inputs to the checked table
 * @param decisions what each input was taken for
 */
public record RunReport(
    @JsonProperty("boxmill_version") String boxmillVersion,
    @JsonProperty("spark_version") String sparkVersion,
    @JsonProperty("spark_master") String sparkMaster,
    @JsonProperty("started_at") String startedAt,
    @JsonProperty("seconds") double seconds,
    @JsonProperty("images_per_second") double imagesPerSecond,
    @JsonProperty("inputs") long inputs,
    @JsonProperty("labeled_now") long labeledNow,
    @JsonProperty("duplicates") long duplicates,
    @JsonProperty("missing") long missing,
    @JsonProperty("dropped") long dropped,
    @JsonProperty("ok") long ok,
    @JsonProperty("failed") long failed,
    @JsonProperty("failures") Map<String, Long> failures,
    @JsonProperty("failure_rate") double failureRate,
    @JsonProperty("max_failure_rate") double maxFailureRate,
    @JsonProperty("boxes") long boxes,
    @JsonProperty("time") StageReport time,
    @JsonProperty("model") String model,
    @JsonProperty("refiners") String refiners,
    @JsonProperty("fingerprint") String fingerprint,
    @JsonProperty("decisions") List<String> decisions,
    @JsonProperty("output") String output) {

  /** Name of the metrics file in the output's folder {@code _boxmill}. */
  public static final String FILE_NAME = "metrics.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * What a run was given.
   *
   * @param decisions what each input was taken for
   * @param duplicates inputs left out because they were given before
   * @param missing rows of images that earlier runs were given, and this one was not
   * @param dropped such rows that this run took out of the table
   * @param maxFailureRate as the user allows
   */
  record RunInputs(
      List<String> decisions, long duplicates, long missing, long dropped, double maxFailureRate) {}

  /**
   * What a run did.
   *
   * @param output where the table lies
   * @param totals of all its rows
   * @param labeledNow images that this run labeled
   * @param counters of its tasks
   * @param started when it began
   */
  record RunResult(
      String output, TableTotals totals, long labeledNow, Counters counters, Instant started) {}

  static RunReport of(
      SparkSession spark, PreparedLabeler labeler, RunInputs given, RunResult result) {
    double seconds = Duration.between(result.started(), Instant.now()).toMillis() / 1000.0;
    TableTotals totals = result.totals();
    return new RunReport(
        Version.text(),
        spark.version(),
        spark.sparkContext().master(),
        result.started().toString(),
        seconds,
        result.labeledNow() / Math.max(0.001, seconds),
        totals.rows(),
        result.labeledNow(),
        given.duplicates(),
        given.missing(),
        given.dropped(),
        totals.ok(),
        totals.failed(),
        totals.failures(),
        totals.failureRate(),
        given.maxFailureRate(),
        totals.boxes(),
        StageReport.of(result.counters(), spark.sparkContext().defaultParallelism(), seconds),
        labeler.model(),
        labeler.refiners(),
        labeler.fingerprint(),
        given.decisions(),
        result.output());
  }

  /** Whether more images failed than the user allows. */
  public boolean failedTooOften() {
    return failureRate > maxFailureRate;
  }

  /** The closing summary, some lines. */
  public String summary() {
    StringBuilder text = new StringBuilder();
    text.append(Plural.of(inputs, "image")).append(": ").append(ok).append(" labeled, ");
    text.append(failed).append(" failed").append(reasons()).append('\n');
    if (labeledNow < inputs) {
      text.append(Plural.of(labeledNow, "image")).append(" in this run, the others before\n");
    }
    if (duplicates > 0) {
      text.append(Plural.of(duplicates, "duplicate input")).append(" left out\n");
    }
    if (missing > 0) {
      text.append(Plural.of(missing, "row"))
          .append(missing == 1 ? " is of an image" : " are of images")
          .append(" that the input no longer has\n");
    }
    if (dropped > 0) {
      text.append(Plural.of(dropped, "row"))
          .append(dropped == 1 ? " of an image" : " of images")
          .append(" that the input no longer has ")
          .append(dropped == 1 ? "was" : "were")
          .append(" dropped\n");
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%s, %.1f s, %s%n",
            boxes == 1 ? "1 box" : String.format(Locale.ROOT, "%,d boxes", boxes),
            seconds,
            labeledNow == 0
                ? "nothing new"
                : String.format(Locale.ROOT, "%.1f images/s", imagesPerSecond)));
    if (labeledNow > 0) {
      text.append(time.text());
    }
    text.append("Labels: ").append(output).append('\n');
    return text.toString();
  }

  byte[] json() throws IOException {
    return JSON.writeValueAsBytes(this);
  }

  private String reasons() {
    if (failures.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder(" (");
    failures.forEach(
        (category, count) ->
            text.append(text.length() > 2 ? ", " : "").append(category).append(' ').append(count));
    return text.append(')').toString();
  }
}
