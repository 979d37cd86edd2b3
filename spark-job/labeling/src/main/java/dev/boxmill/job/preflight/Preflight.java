package dev.boxmill.job.preflight;

import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.run.ExecutorPrecision;
import dev.boxmill.job.run.LabelRequest;
import dev.boxmill.job.session.LabelerProvider;
import dev.boxmill.job.storage.HadoopSettings;
import dev.boxmill.job.table.Version;
import dev.boxmill.job.text.Plural;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Checks whether a labeling run would work, on the driver and on every executor. */
public final class Preflight {

  /** Files that each executor opens. */
  private static final int OPENED_FILES = 3;

  private final LabelRequest request;
  private final SparkSession spark;
  private final List<Finding> findings = new ArrayList<>();
  private List<Executor> known = List.of();

  private Preflight(LabelRequest request, SparkSession spark) {
    this.request = request;
    this.spark = spark;
  }

  /**
   * Runs all checks. Nothing of them stays in the output.
   *
   * @param console for what is being done
   * @throws IOException if the driver's disk fails, or what a check left can't be removed
   */
  public static PreflightReport of(
      LabelRequest request, SparkSession spark, LabelerProvider labelers, PrintStream console)
      throws IOException, InterruptedException {
    Preflight preflight = new Preflight(request, spark);
    preflight.run(labelers, console);
    return new PreflightReport(preflight.findings, preflight.known.size());
  }

  private void run(LabelerProvider labelers, PrintStream console)
      throws IOException, InterruptedException {
    findings.add(version());
    NamesCheck.here().ifPresent(findings::add);
    MemoryCheck.of(spark.sparkContext().conf()).ifPresent(findings::add);
    Broadcast<SerializableConfiguration> hadoop =
        HadoopSettings.broadcast(JavaSparkContext.fromSparkContext(spark.sparkContext()));
    Executors executors = new Executors(spark.sparkContext(), hadoop);
    known = executors.await();
    try (RequestChecks checks =
        new RequestChecks(request, labelers, spark, this::precision, findings::add)) {
      if (known.isEmpty()) {
        findings.add(noExecutor());
        return;
      }
      console.println("Checking " + Plural.of(known.size(), "executor"));
      ExecutorChecks there = new ExecutorChecks(executors, known, findings::add);
      probeExecutors(checks, there);
      there.loadDetector(checks.labeler(), request.settings().precision());
      new Measurement(checks, there, spark, hadoop).into(findings);
    }
  }

  /** Executors that choose differently are a finding of their own. */
  private Precision precision() {
    if (known.isEmpty()) {
      return Precision.AUTO;
    }
    Set<Precision> found =
        ExecutorPrecision.found(JavaSparkContext.fromSparkContext(spark.sparkContext()));
    return found.size() == 1 ? found.iterator().next() : Precision.AUTO;
  }

  private Finding version() {
    return Finding.ok(
        Check.SPARK,
        "Spark %s on %s, boxmill %s"
            .formatted(spark.version(), spark.sparkContext().master(), Version.text()));
  }

  private static Finding noExecutor() {
    return Finding.failed(
        Check.EXECUTORS,
        "Cannot run tasks: no executor came",
        "see the cluster's pages: it must have the memory and cores that one executor asks for");
  }

  /** Input and output as executors see them, while a folder for probes lies in the output. */
  private void probeExecutors(RequestChecks checks, ExecutorChecks there) throws IOException {
    List<ListedFile> files = checks.someFiles(OPENED_FILES);
    Precision precision = request.settings().precision();
    if (checks.output().isEmpty()) {
      there.probe(new ExecutorProbe(precision, files, null));
      return;
    }
    try (OutputCheck output = new OutputCheck(checks.output().get(), spark)) {
      findings.addAll(output.findings());
      there.probe(new ExecutorProbe(precision, files, output.shared().orElse(null)));
      findings.addAll(output.committer());
    }
  }
}
