package dev.boxmill.job.train;

import dev.boxmill.detr.criterion.StepTotals;
import dev.boxmill.detr.training.AdamW.Range;
import dev.boxmill.detr.training.ParameterLayout;
import dev.boxmill.job.train.GradientSum.Report;
import dev.boxmill.job.train.ParameterSlice.Move;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * All parameters in the memory of the one process that driver and tasks share: tasks read the row
 * where it lies and leave their sums beside it. Spark hands out the tasks and carries no numbers.
 */
final class LocalParameters implements ParameterStore {

  /** What tasks share with the driver, by the training's name. */
  private static final Map<String, Step> STEPS = new ConcurrentHashMap<>();

  private record Step(float[] row, double[][] room, AtomicReferenceArray<GradientSum> sums) {}

  private final JavaSparkContext spark;
  private final DetectorTask task;
  private final ParameterLayout layout;
  private final ParameterRates rates;
  private final int tasks;
  private final float[] gradient;

  /** Where the tasks of a step sum up, by their numbers: kept from one step to the next. */
  private final double[][] room;

  private ParameterSlice slice;

  /**
   * As a training begins.
   *
   * @param first all parameters
   * @param tasks that share a step at most
   */
  LocalParameters(
      JavaSparkContext spark,
      DetectorTask task,
      ParameterLayout layout,
      ParameterRates rates,
      float[] first,
      int tasks) {
    this.spark = spark;
    this.task = task;
    this.layout = layout;
    this.rates = rates;
    this.tasks = tasks;
    this.gradient = new float[layout.count()];
    this.room = new double[tasks][];
    this.slice = ParameterSlice.start(Range.all(layout), first);
  }

  /** A task's groups. */
  private record Share(int number, List<DetectorGroup> groups) implements Serializable {}

  @Override
  public Report gradient(List<DetectorGroup> groups, StepTotals totals) {
    List<List<DetectorGroup>> shares = DetectorTask.shares(groups, tasks);
    String training = task.detector().training();
    Step step = new Step(slice.row(), room, new AtomicReferenceArray<>(shares.size()));
    STEPS.put(training, step);
    try {
      run(shares, totals);
    } finally {
      STEPS.remove(training);
    }
    List<GradientSum> sums = new ArrayList<>();
    for (int i = 0; i < shares.size(); i++) {
      sums.add(step.sums().get(i));
    }
    add(sums);
    Report report = new Report();
    sums.forEach(sum -> report.add(sum.report()));
    return report;
  }

  private void run(List<List<DetectorGroup>> shares, StepTotals totals) {
    DetectorTask asked = task;
    List<Share> numbered =
        IntStream.range(0, shares.size()).mapToObj(i -> new Share(i, shares.get(i))).toList();
    spark.parallelize(numbered, shares.size()).foreach(share -> compute(asked, share, totals));
  }

  private static void compute(DetectorTask task, Share share, StepTotals totals) {
    Step step = STEPS.get(task.detector().training());
    double[] zeros = zeros(step, share.number());
    step.sums().set(share.number(), task.gradient(step.row(), share.groups(), totals, zeros));
  }

  private static double[] zeros(Step step, int share) {
    double[] zeros = step.room()[share];
    if (zeros == null) {
      zeros = new double[step.row().length];
      step.room()[share] = zeros;
    } else {
      Arrays.fill(zeros, 0);
    }
    return zeros;
  }

  /** In the order of the tasks, so that it is always the same. */
  private void add(List<GradientSum> sums) {
    IntStream.range(0, gradient.length)
        .parallel()
        .forEach(
            i -> {
              double all = 0;
              for (GradientSum sum : sums) {
                all += sum.values()[i];
              }
              gradient[i] = (float) all;
            });
  }

  @Override
  public double norm() {
    return Math.sqrt(slice.squares(layout, rates, gradient));
  }

  @Override
  public void step(Move move) {
    slice.step(layout, rates, gradient, move);
  }

  @Override
  public int slices() {
    return 1;
  }

  @Override
  public void save(TrainingFolder folder, List<String> names) throws IOException {
    folder.publishState(names.get(0), slice::write);
  }

  @Override
  public void load(TrainingFolder folder, List<String> names) throws IOException {
    if (names.size() != 1) {
      throw new IllegalArgumentException(
          "it is of a cluster's training, in " + names.size() + " slices");
    }
    slice =
        folder.withStateFile(names.get(0), local -> ParameterSlice.read(local, Range.all(layout)));
  }

  @Override
  public void write(
      DetectorDirectory directory, String target, float[] statistics, Map<String, String> metadata)
      throws IOException {
    Configuration hadoop = spark.sc().hadoopConfiguration();
    directory.write(target, task.tensors(slice.average(), statistics, hadoop), metadata, hadoop);
  }

  @Override
  public void close() {
    task.free();
  }
}
