package dev.boxmill.job.run;

import java.net.URISyntaxException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.DefaultConfiguration;
import org.apache.spark.SparkContext$;

/**
 * Spark's log on the console. Where nobody set it up, {@code spark-submit} prints hundreds of lines
 * beside the few that a user needs; then boxmill's own settings apply, as in a run without {@code
 * spark-submit}. Settings of a cluster or a user stay.
 */
final class SparkLog {

  /** What Spark takes if it finds no file of settings. */
  static final String DEFAULTS = "org/apache/spark/log4j2-defaults.properties";

  private static final String OURS = "/log4j2.properties";

  private SparkLog() {}

  /** Spark sets its log up at its first line: what was there before that would not last. */
  static void settle() {
    SparkContext$.MODULE$.initializeLogIfNecessary(false, true);
    settle((LoggerContext) LogManager.getContext(false));
  }

  static void settle(LoggerContext log) {
    if (isSetUp(log.getConfiguration())) {
      return;
    }
    try {
      log.setConfigLocation(SparkLog.class.getResource(OURS).toURI());
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException("Cannot read " + OURS + " in the jar", impossible);
    }
  }

  /** Before Spark starts, log4j has its own defaults, which Spark would replace by its. */
  private static boolean isSetUp(Configuration log) {
    String settings = log.getConfigurationSource().getLocation();
    return !(log instanceof DefaultConfiguration)
        && (settings == null || !settings.endsWith(DEFAULTS));
  }
}
