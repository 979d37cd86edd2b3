package dev.boxmill.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.DefaultConfiguration;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestSparkLog {

  private static final String ORDINARY = "org.apache.spark.scheduler.DAGScheduler";

  @TempDir Path folder;

  @Test
  void ofSparksOwnSettingsNothingIsLeftOnTheConsole() throws URISyntaxException {
    try (LoggerContext log = settled(sparksOwn())) {
      assertThat(level(log, ORDINARY)).isEqualTo(Level.ERROR);
      assertThat(level(log, "org.apache.hadoop.util.NativeCodeLoader")).isEqualTo(Level.ERROR);
    }
  }

  /** As {@code spark-submit} leaves it to the program that it starts. */
  @Test
  void whereNobodySetItUpSparkIsQuietFromTheStart() {
    try (LoggerContext log = new LoggerContext("of a test")) {
      log.start(new DefaultConfiguration());
      SparkLog.settle(log);
      assertThat(level(log, ORDINARY)).isEqualTo(Level.ERROR);
    }
  }

  /** Each try of each task would print its trace; the run's own message has the reason. */
  @Test
  void tasksThatFailSaySoInTheRunsOwnMessage() throws URISyntaxException {
    try (LoggerContext log = settled(sparksOwn())) {
      for (String name :
          new String[] {
            "org.apache.spark.executor.Executor",
            "org.apache.spark.scheduler.TaskSetManager",
            "org.apache.spark.sql.execution.datasources.FileFormatWriter",
            "org.apache.spark.util.Utils"
          }) {
        assertThat(level(log, name)).as(name).isEqualTo(Level.OFF);
      }
    }
  }

  @Test
  void settingsOfAClusterStay() throws Exception {
    Path own = Files.writeString(folder.resolve("log4j2.properties"), "rootLogger.level = info\n");
    try (LoggerContext log = settled(own.toUri())) {
      assertThat(level(log, ORDINARY)).isEqualTo(Level.INFO);
    }
  }

  private static URI sparksOwn() throws URISyntaxException {
    return SparkContext.class.getClassLoader().getResource(SparkLog.DEFAULTS).toURI();
  }

  private static LoggerContext settled(URI settings) {
    LoggerContext log = new LoggerContext("of a test");
    log.setConfigLocation(settings);
    log.start();
    SparkLog.settle(log);
    return log;
  }

  private static Level level(LoggerContext log, String name) {
    return log.getConfiguration().getLoggerConfig(name).getLevel();
  }
}
