package dev.boxmill.job.preflight;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.preflight.Finding.Status;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.PreparedLabeler;
import java.io.IOException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Labels a sample with as many tasks at once as a run has. */
record Measurement(
    RequestChecks checks,
    ExecutorChecks there,
    SparkSession spark,
    Broadcast<SerializableConfiguration> hadoop) {

  private static final int CPU_IMAGES = 16;

  /** Several batches. */
  private static final int GPU_IMAGES = 64;

  /** What must be well for images to be labeled; where they are written to does not matter. */
  private static final Set<Check> NEEDED =
      EnumSet.of(Check.EXECUTORS, Check.LIBRARY, Check.DEVICE, Check.DETECTOR, Check.INPUT);

  /** Adds what it found. */
  void into(List<Finding> findings) throws IOException {
    boolean broken =
        findings.stream()
            .anyMatch(found -> found.outcome() == Status.FAILED && NEEDED.contains(found.check()));
    if (broken || checks.labeler().isEmpty()) {
      findings.add(Finding.skipped(Check.SPEED, "not measured: other checks failed"));
      return;
    }
    int images = there.onGpu() ? GPU_IMAGES : CPU_IMAGES;
    PendingInputs pendingInputs = checks.pendingInputs(there.tasks() * images);
    if (pendingInputs.isNothing()) {
      findings.add(Finding.ok(Check.TIME, "nothing is left to label"));
      return;
    }
    findings.addAll(measured(checks.labeler().get(), pendingInputs, images));
  }

  private List<Finding> measured(PreparedLabeler labeler, PendingInputs pendingInputs, int images) {
    try {
      List<Speed> measured =
          sample(pendingInputs)
              .mapPartitionsWithIndex(new SpeedProbe(labeler, images, there.tasks(), hadoop), false)
              .collect();
      return new SpeedCheck(measured, pendingInputs, there.tasks()).findings();
    } catch (Exception failure) { // Spark throws checked exceptions that it does not declare
      return List.of(Finding.failed(Check.SPEED, failure, "see the executors' logs"));
    }
  }

  private JavaRDD<ImageInput> sample(PendingInputs pendingInputs) {
    if (checks.inputs().isPresent()) {
      return checks.inputs().get().sample(pendingInputs.sampleFor(there.tasks()), spark, hadoop);
    }
    return JavaSparkContext.fromSparkContext(spark.sparkContext())
        .parallelize(Collections.nCopies(there.tasks(), 0), there.tasks())
        .flatMap(task -> BundledSamples.scenes().iterator());
  }
}
