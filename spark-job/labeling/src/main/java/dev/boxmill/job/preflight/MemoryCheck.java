package dev.boxmill.job.preflight;

import java.util.Optional;
import org.apache.spark.SparkConf;

/**
 * Memory outside Java's heap, where the network and decoded images are: YARN and Kubernetes kill an
 * executor that takes more than it asked for. Defaults are those of
 * https://spark.apache.org/docs/latest/configuration.html.
 */
final class MemoryCheck {

  /** What a network with its activations and a batch of large photographs takes. */
  private static final long NEEDED_MIB = 3 * 1024;

  private static final String OVERHEAD = "spark.executor.memoryOverhead";
  private static final long LEAST_OVERHEAD_MIB = 384;
  private static final double OVERHEAD_FACTOR = 0.1;

  private MemoryCheck() {}

  /** A warning if executors ask for too little; nothing where nobody holds them to it. */
  static Optional<Finding> of(SparkConf settings) {
    String master = settings.get("spark.master", "");
    if (!master.startsWith("yarn") && !master.startsWith("k8s:")) {
      return Optional.empty();
    }
    long overhead = overheadMib(settings);
    return overhead >= NEEDED_MIB
        ? Optional.empty()
        : Optional.of(
            Finding.warning(
                Check.EXECUTORS,
                overhead + " MiB outside the heap: an executor that takes more is killed",
                OVERHEAD + "=3g holds most detectors"));
  }

  private static long overheadMib(SparkConf settings) {
    if (settings.contains(OVERHEAD)) {
      return settings.getSizeAsMb(OVERHEAD);
    }
    double factor = settings.getDouble("spark.executor.memoryOverheadFactor", OVERHEAD_FACTOR);
    double share = factor * settings.getSizeAsMb("spark.executor.memory", "1g");
    return Math.max(
        settings.getSizeAsMb("spark.executor.minMemoryOverhead", LEAST_OVERHEAD_MIB + "m"),
        (long) share);
  }
}
