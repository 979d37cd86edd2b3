package dev.boxmill.job.preflight;

import dev.boxmill.job.run.TaskSlot;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.status.api.v1.ExecutorSummary;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** The executors of this application, and a task in each of them. */
final class Executors {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** No more have come for so long: these are all. If more were ordered, longer. */
  private static final Duration CALM = Duration.ofSeconds(5);

  private static final Duration LONG_CALM = Duration.ofSeconds(30);

  private static final long PAUSE_MILLIS = 200;

  /** Spark may run a task elsewhere than where it should be. */
  private static final int ROUNDS = 3;

  private final SparkContext context;
  private final Broadcast<SerializableConfiguration> hadoop;

  Executors(SparkContext context, Broadcast<SerializableConfiguration> hadoop) {
    this.context = context;
    this.hadoop = hadoop;
  }

  /** Those that are there now. */
  List<Executor> known() {
    List<Executor> known = new ArrayList<>();
    for (ExecutorSummary summary :
        CollectionConverters.asJava(context.statusStore().executorList(true))) {
      Executor executor = Executor.of(summary);
      if (executor.isDriver() == context.isLocal()) {
        known.add(executor);
      }
    }
    return known;
  }

  /**
   * Waits until those that a run would have are there: as many as were ordered, or until no more
   * come. Work for all slots waits meanwhile, for Spark may start executors only then.
   *
   * @return empty if none came
   */
  List<Executor> await() throws InterruptedException {
    if (context.isLocal()) {
      return known();
    }
    int slots = context.defaultParallelism();
    JavaFutureAction<Void> work =
        JavaSparkContext.fromSparkContext(context)
            .parallelize(Collections.nCopies(slots, 0), slots)
            .foreachAsync(nothing -> {});
    try {
      return settled();
    } finally {
      work.cancel(true);
    }
  }

  private List<Executor> settled() throws InterruptedException {
    Duration calm = ordered().isPresent() ? LONG_CALM : CALM;
    int enough = ordered().orElse(Integer.MAX_VALUE);
    Instant deadline = Instant.now().plus(PATIENCE);
    List<Executor> known = known();
    Instant changed = Instant.now();
    while (Instant.now().isBefore(deadline) && known.size() < enough) {
      if (!known.isEmpty() && changed.plus(calm).isBefore(Instant.now())) {
        return known;
      }
      Thread.sleep(PAUSE_MILLIS);
      List<Executor> now = known();
      changed = now.size() == known.size() ? changed : Instant.now();
      known = now;
    }
    return known;
  }

  /** How many the settings ask for; empty if that depends on the cluster or its load. */
  OptionalInt ordered() {
    String instances = "spark.executor.instances";
    boolean fixed =
        !context.isLocal()
            && !context.conf().getBoolean("spark.dynamicAllocation.enabled", false)
            && context.conf().contains(instances);
    return fixed ? OptionalInt.of(context.conf().getInt(instances, 0)) : OptionalInt.empty();
  }

  /** One answer of each executor that gave one. */
  <A extends Serializable> Map<Executor, A> ask(List<Executor> asked, Probe<A> probe) {
    Map<String, A> answers = new LinkedHashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      List<Executor> silent =
          asked.stream().filter(executor -> !answers.containsKey(executor.id())).toList();
      if (silent.isEmpty()) {
        break;
      }
      tasks(silent)
          .map(new Asked<>(probe, hadoop))
          .collect()
          .forEach(answer -> answers.putIfAbsent(answer._1(), answer._2()));
    }
    Map<Executor, A> found = new LinkedHashMap<>();
    for (Executor executor : asked) {
      if (answers.containsKey(executor.id())) {
        found.put(executor, answers.get(executor.id()));
      }
    }
    return found;
  }

  /** One task for each, which prefers its executor. */
  private JavaRDD<String> tasks(List<Executor> executors) {
    List<Tuple2<String, Seq<String>>> placed = new ArrayList<>();
    for (Executor executor : executors) {
      placed.add(new Tuple2<>(executor.id(), seq(List.of(executor.location()))));
    }
    ClassTag<String> type = ClassTag$.MODULE$.apply(String.class);
    return context.makeRDD(seq(placed), type).toJavaRDD();
  }

  private static <T> Seq<T> seq(List<T> list) {
    return CollectionConverters.asScala(list).toSeq();
  }

  /** A probe as a task, which says where it ran. */
  private record Asked<A extends Serializable>(
      Probe<A> probe, Broadcast<SerializableConfiguration> hadoop)
      implements org.apache.spark.api.java.function.Function<String, Tuple2<String, A>> {

    @Override
    public Tuple2<String, A> call(String preferred) {
      A answer = probe.ask(TaskSlot.of(TaskContext.get(), hadoop.value().value()));
      return new Tuple2<>(SparkEnv.get().executorId(), answer);
    }
  }
}
