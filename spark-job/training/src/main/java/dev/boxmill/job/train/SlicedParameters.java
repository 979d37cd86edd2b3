package dev.boxmill.job.train;

import dev.boxmill.detr.criterion.StepTotals;
import dev.boxmill.detr.training.AdamW.Range;
import dev.boxmill.detr.training.ParameterLayout;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.StoredFile;
import dev.boxmill.job.train.GradientSum.Report;
import dev.boxmill.job.train.ParameterSlice.Move;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Parameters in slices on the executors. A step is a reduce-scatter and an all-gather by Spark's
 * shuffles: every task gets all slices of the row and sends each slice's owner its part of the
 * gradient; the owners add these up and take the step for their part. The driver sees losses and
 * norms alone.
 */
final class SlicedParameters implements ParameterStore {

  private final JavaSparkContext spark;
  private final DetectorTask task;
  private final ParameterRates rates;
  private final int tasks;
  private JavaRDD<ParameterSlice> state;
  private JavaRDD<Reduced> gradient;
  private double squares;

  /**
   * As a training begins.
   *
   * @param tasks that share a step at most, and own a slice each
   */
  SlicedParameters(
      JavaSparkContext spark,
      DetectorTask task,
      ParameterLayout layout,
      ParameterRates rates,
      int tasks) {
    this.spark = spark;
    this.task = task;
    this.rates = rates;
    this.tasks = tasks;
    List<Range> ranges = Range.divided(layout, tasks);
    this.state = kept(spark.parallelize(ranges, ranges.size()).map(range -> first(task, range)));
  }

  private static ParameterSlice first(DetectorTask task, Range range) {
    return ParameterSlice.start(range, task.firstRow());
  }

  /** In the executors' memory, and not to be computed again: what it came from is gone. */
  private static <T> JavaRDD<T> kept(JavaRDD<T> made) {
    made.persist(StorageLevel.MEMORY_AND_DISK());
    made.rdd().localCheckpoint();
    made.count();
    return made;
  }

  /** Sends what is keyed by a partition's number to that partition. */
  private static final class ByNumber extends Partitioner {
    private static final long serialVersionUID = 1;
    private final int partitions;

    ByNumber(int partitions) {
      this.partitions = partitions;
    }

    @Override
    public int numPartitions() {
      return partitions;
    }

    @Override
    public int getPartition(Object key) {
      return (Integer) key;
    }
  }

  /** A part of the row on its way to a task. */
  private record RowPart(int first, float[] values) implements Serializable {}

  /** A task's share of a slice's gradient on its way to the owner; one of them has the report. */
  private record Sent(int task, double[] values, List<Report> report) implements Serializable {}

  /** A slice's gradient where its owner has it. */
  private record Reduced(float[] gradient, double squares, List<Report> reports)
      implements Serializable {}

  private record Scalars(double squares, List<Report> reports) implements Serializable {}

  private record Share(int number, List<DetectorGroup> groups) implements Serializable {}

  @Override
  public Report gradient(List<DetectorGroup> groups, StepTotals totals) {
    List<List<DetectorGroup>> shares = DetectorTask.shares(groups, tasks);
    List<Share> numbered =
        IntStream.range(0, shares.size()).mapToObj(i -> new Share(i, shares.get(i))).toList();
    DetectorTask asked = task;
    ParameterRates fast = rates;
    int slices = state.getNumPartitions();
    JavaPairRDD<Integer, Sent> sent =
        gathered(shares.size())
            .zipPartitions(
                spark.parallelize(numbered, shares.size()),
                (parts, share) -> computed(asked, parts, share.next(), totals, slices))
            .mapToPair(pair -> pair);
    gradient =
        sent.partitionBy(new ByNumber(slices))
            .mapPartitionsWithIndex(
                (slice, shared) -> reduced(asked, fast, slice, slices, shared), false)
            .persist(StorageLevel.MEMORY_AND_DISK());
    squares = 0;
    Report report = new Report();
    List<Scalars> scalars =
        gradient.map(slice -> new Scalars(slice.squares(), slice.reports())).collect();
    for (Scalars one : scalars) {
      squares += one.squares();
      one.reports().forEach(report::add);
    }
    return report;
  }

  /** All slices of the row, once for each task. */
  private JavaPairRDD<Integer, RowPart> gathered(int readers) {
    return state
        .flatMapToPair(
            slice ->
                IntStream.range(0, readers)
                    .mapToObj(
                        reader ->
                            new Tuple2<>(reader, new RowPart(slice.range().first(), slice.row())))
                    .iterator())
        .partitionBy(new ByNumber(readers));
  }

  private static float[] row(Iterator<Tuple2<Integer, RowPart>> parts, int count) {
    float[] row = new float[count];
    while (parts.hasNext()) {
      RowPart part = parts.next()._2();
      System.arraycopy(part.values(), 0, row, part.first(), part.values().length);
    }
    return row;
  }

  private static Iterator<Tuple2<Integer, Sent>> computed(
      DetectorTask task,
      Iterator<Tuple2<Integer, RowPart>> parts,
      Share share,
      StepTotals totals,
      int slices) {
    ParameterLayout layout = task.layout();
    double[] zeros = new double[layout.count()];
    GradientSum sum = task.gradient(row(parts, layout.count()), share.groups(), totals, zeros);
    List<Range> ranges = Range.divided(layout, slices);
    return IntStream.range(0, slices)
        .mapToObj(
            slice -> {
              Range range = ranges.get(slice);
              double[] values = Arrays.copyOfRange(sum.values(), range.first(), range.end());
              List<Report> report = slice == 0 ? List.of(sum.report()) : List.of();
              return new Tuple2<>(slice, new Sent(share.number(), values, report));
            })
        .iterator();
  }

  /** In the order of the tasks, so that it is always the same. */
  private static Iterator<Reduced> reduced(
      DetectorTask task,
      ParameterRates rates,
      int slice,
      int slices,
      Iterator<Tuple2<Integer, Sent>> shared) {
    List<Sent> all = new ArrayList<>();
    shared.forEachRemaining(pair -> all.add(pair._2()));
    all.sort(Comparator.comparingInt(Sent::task));
    Range range = Range.divided(task.layout(), slices).get(slice);
    float[] sum = new float[range.count()];
    for (int i = 0; i < sum.length; i++) {
      double number = 0;
      for (Sent one : all) {
        number += one.values()[i];
      }
      sum[i] = (float) number;
    }
    double squares =
        new ParameterSlice(range, sum, sum, sum, sum).squares(task.layout(), rates, sum);
    List<Report> reports = new ArrayList<>();
    all.forEach(one -> reports.addAll(one.report()));
    return List.of(new Reduced(sum, squares, reports)).iterator();
  }

  @Override
  public double norm() {
    return Math.sqrt(squares);
  }

  @Override
  public void step(Move move) {
    DetectorTask asked = task;
    ParameterRates fast = rates;
    JavaRDD<ParameterSlice> before = state;
    state =
        kept(
            before.zipPartitions(
                gradient, (slices, gradients) -> moved(asked, fast, slices, gradients, move)));
    before.unpersist();
    gradient.unpersist();
  }

  /** A copy moves: Spark may ask for a slice again. */
  private static Iterator<ParameterSlice> moved(
      DetectorTask task,
      ParameterRates rates,
      Iterator<ParameterSlice> slices,
      Iterator<Reduced> gradients,
      Move move) {
    ParameterSlice slice = slices.next().copy();
    slice.step(task.layout(), rates, gradients.next().gradient(), move);
    return List.of(slice).iterator();
  }

  @Override
  public int slices() {
    return state.getNumPartitions();
  }

  @Override
  public void save(TrainingFolder folder, List<String> names) {
    DetectorTask asked = task;
    List<String> uris = names.stream().map(folder::stateFile).toList();
    state
        .mapPartitionsWithIndex(
            (slice, slices) -> {
              write(slices.next(), uris.get(slice), asked.hadoop());
              return List.of(slice).iterator();
            },
            false)
        .collect();
  }

  private static void write(ParameterSlice slice, String uri, Configuration hadoop)
      throws IOException {
    TrainingFolder.withLocal(
        local -> {
          slice.write(local);
          StoredFile.write(new Path(uri), stream -> Files.copy(local, stream), hadoop);
          return uri;
        });
  }

  @Override
  public void load(TrainingFolder folder, List<String> names) {
    DetectorTask asked = task;
    List<String> uris = names.stream().map(folder::stateFile).toList();
    List<Integer> numbers = IntStream.range(0, uris.size()).boxed().toList();
    JavaRDD<ParameterSlice> before = state;
    state =
        kept(
            spark
                .parallelize(numbers, numbers.size())
                .map(number -> read(asked, uris.get(number), number, uris.size())));
    before.unpersist();
  }

  private static ParameterSlice read(DetectorTask task, String uri, int number, int slices)
      throws IOException {
    Path path = new Path(uri);
    return TrainingFolder.withLocal(
        local -> {
          try (InputStream in = Locations.filesystem(path, task.hadoop()).open(path)) {
            Files.copy(in, local);
          }
          return ParameterSlice.read(local, Range.divided(task.layout(), slices).get(number));
        });
  }

  @Override
  public void write(
      DetectorDirectory directory,
      String target,
      float[] statistics,
      Map<String, String> metadata) {
    DetectorTask asked = task;
    Map<String, String> texts = Map.copyOf(metadata);
    state
        .mapToPair(slice -> new Tuple2<>(0, new RowPart(slice.range().first(), slice.average())))
        .partitionBy(new ByNumber(1))
        .foreachPartition(
            parts -> {
              float[] row = row(parts, asked.layout().count());
              Configuration hadoop = asked.hadoop();
              directory.write(target, asked.tensors(row, statistics, hadoop), texts, hadoop);
            });
  }

  @Override
  public void close() {
    state.unpersist();
    if (gradient != null) {
      gradient.unpersist();
    }
    task.free();
  }
}
