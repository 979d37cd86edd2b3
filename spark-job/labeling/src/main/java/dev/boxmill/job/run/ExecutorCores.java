package dev.boxmill.job.run;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;

/**
 * How many cores Spark schedules tasks on in one executor. An executor is not told: it follows from
 * the settings, as https://spark.apache.org/docs/latest/configuration.html has their defaults.
 */
final class ExecutorCores {

  private static final Pattern LOCAL = Pattern.compile("local(?:\\[(\\*|\\d+)(?:,.*)?])?");
  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[\\s*\\d+\\s*,\\s*(\\d+)\\s*,.*");
  private static final Pattern ONE_CORE_BY_DEFAULT = Pattern.compile("(?:yarn|k8s:).*");

  private ExecutorCores() {}

  /**
   * At least 1.
   *
   * @param processors of the machine or container
   */
  static int of(SparkConf settings, int processors) {
    String master = settings.get("spark.master", "local[*]").replace(" ", "");
    Matcher local = LOCAL.matcher(master);
    if (local.matches()) { // spark.executor.cores does not count here
      return local(local.group(1), processors);
    }
    return Math.max(1, settings.getInt("spark.executor.cores", byDefault(master, processors)));
  }

  private static int local(String threads, int processors) {
    if (threads == null) {
      return 1;
    }
    return threads.equals("*") ? processors : Math.max(1, Integer.parseInt(threads));
  }

  /** A standalone executor takes all cores of its worker. */
  private static int byDefault(String master, int processors) {
    Matcher cluster = LOCAL_CLUSTER.matcher(master);
    if (cluster.matches()) {
      return Integer.parseInt(cluster.group(1));
    }
    return ONE_CORE_BY_DEFAULT.matcher(master).matches() ? 1 : processors;
  }
}
