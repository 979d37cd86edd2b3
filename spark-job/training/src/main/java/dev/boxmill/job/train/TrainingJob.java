package dev.boxmill.job.train;

import dev.boxmill.job.session.FrozenDetector;
import dev.boxmill.job.storage.HadoopSettings;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/** The executors' work, as the driver asks for it. */
final class TrainingJob {

  private final JavaSparkContext spark;
  private final int slots;
  private final TrainingTask task;

  /**
   * @param slots tasks that may run at once, on all executors together
   */
  TrainingJob(JavaSparkContext spark, int slots, FrozenDetector detector) {
    this.spark = spark;
    this.slots = slots;
    this.task = new TrainingTask(detector, HadoopSettings.broadcast(spark));
  }

  /** Sum over a batch, whoever computed which share of it. */
  PartialGradient gradient(List<ImageGroup> batch, float[] row) {
    Broadcast<float[]> weights = spark.broadcast(row);
    try {
      PartialGradient sum = new PartialGradient(row.length);
      run(batch, new GradientTask(task, weights)).forEach(sum::add);
      return sum;
    } finally {
      weights.destroy();
    }
  }

  /** Every held-out image, matched. */
  List<ValidatedImage> validate(List<AnnotatedImage> images, Validation validation, float[] row) {
    Broadcast<float[]> weights = spark.broadcast(row);
    Broadcast<Validation> truth = spark.broadcast(validation);
    try {
      return run(ImageGroup.unaugmented(images), new ValidationTask(task, weights, truth));
    } finally {
      weights.destroy();
      truth.destroy();
    }
  }

  /** Hash of the detector's weights as they lie in executors' memory; one if they agree. */
  SortedSet<String> weightsInMemory() {
    TrainingTask asked = task;
    List<Integer> one = Collections.nCopies(slots, 1);
    return new TreeSet<>(
        spark
            .parallelize(one, slots)
            .map(slot -> asked.lend(resident -> resident.detector().weightsSha256()))
            .collect());
  }

  private <I, O> List<O> run(List<I> inputs, FlatMapFunction<Iterator<I>, O> function) {
    int tasks = Math.min(inputs.size(), slots);
    return spark.parallelize(inputs, tasks).mapPartitions(function).collect();
  }
}
