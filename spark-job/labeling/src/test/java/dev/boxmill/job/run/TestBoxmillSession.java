package dev.boxmill.job.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

final class TestBoxmillSession {

  @Test
  void aUserWithoutANameIsToldWhatHadoopNeeds() {
    assertThatThrownBy(() -> BoxmillSession.refuseNameless("?"))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("Cannot start Spark: the user that runs this has no name")
        .hasMessageContaining("/etc/passwd");
  }

  @Test
  void runsLocallyWhenNobodyNamesAMaster() {
    SparkConf settings = BoxmillSession.configuration(new SparkConf(false), List.of());

    assertThat(settings.get("spark.master")).isEqualTo("local[*,4]");
    assertThat(settings.get("spark.ui.enabled")).isEqualTo("false");
    assertThat(settings.get("spark.executor.extraJavaOptions")).isEqualTo("-Dai.djl.offline=true");
    assertThat(settings.get("spark.executorEnv.GLIBC_TUNABLES"))
        .startsWith("glibc.malloc.hugetlb=1:");
    assertThat(settings.get("spark.executorEnv.LC_ALL")).isEqualTo("C.UTF-8");
    assertThat(settings.contains("spark.jars")).isFalse();
  }

  @Test
  void aLocalRunTakesTheCoresThatWereAskedFor() {
    System.setProperty(BoxmillSession.THREADS, "3");
    try {
      SparkConf settings = BoxmillSession.configuration(new SparkConf(false), List.of());

      assertThat(settings.get("spark.master")).isEqualTo("local[3,4]");
    } finally {
      System.clearProperty(BoxmillSession.THREADS);
    }
  }

  @Test
  void settingsOfSparkSubmitStay() {
    SparkConf given =
        new SparkConf(false)
            .set("spark.master", "spark://host:7077")
            .set("spark.app.name", "nightly")
            .set("spark.jars", "hdfs:///boxmill.jar")
            .set("spark.executorEnv.GLIBC_TUNABLES", "glibc.malloc.arena_max=2")
            .set("spark.executor.extraJavaOptions", "-Xss4m");

    SparkConf settings = BoxmillSession.configuration(given, List.of(Path.of("/a/b c.jar")));

    assertThat(settings.get("spark.master")).isEqualTo("spark://host:7077");
    assertThat(settings.get("spark.app.name")).isEqualTo("nightly");
    assertThat(settings.contains("spark.ui.enabled")).isFalse();
    assertThat(settings.get("spark.executor.extraJavaOptions"))
        .isEqualTo("-Xss4m -Dai.djl.offline=true");
    assertThat(settings.get("spark.jars")).isEqualTo("hdfs:///boxmill.jar,file:///a/b%20c.jar");
    assertThat(settings.get("spark.executorEnv.OPT_OUT_TRACKING")).isEqualTo("true");
    assertThat(settings.get("spark.executorEnv.GLIBC_TUNABLES"))
        .isEqualTo("glibc.malloc.arena_max=2");
  }

  @Test
  void theCommandLineKeepsBlocksAsExecutorsDo() throws IOException {
    String command = Files.readString(Path.of("../../boxmill"));
    String tunables =
        BoxmillSession.configuration(new SparkConf(false), List.of())
            .get("spark.executorEnv.GLIBC_TUNABLES");
    assertThat(command).contains(tunables.split(":"));
  }

  @Test
  void theCommandLineReadsNamesAsExecutorsDo() throws IOException {
    String command = Files.readString(Path.of("../../boxmill"));
    String locale =
        BoxmillSession.configuration(new SparkConf(false), List.of())
            .get("spark.executorEnv.LC_ALL");
    assertThat(command).contains("export LC_ALL=" + locale);
  }
}
