package dev.boxmill.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

final class TestExecutorCores {

  private static final int PROCESSORS = 12;

  @Test
  void localMastersSayThemselves() {
    assertThat(cores("local")).isEqualTo(1);
    assertThat(cores("local[4]")).isEqualTo(4);
    assertThat(cores("local[24]")).isEqualTo(24);
    assertThat(cores("local[3, 2]")).isEqualTo(3);
    assertThat(cores("local[*]")).isEqualTo(PROCESSORS);
    assertThat(cores("local[*,5]")).isEqualTo(PROCESSORS);
    assertThat(cores("local-cluster[2, 3, 1024]")).isEqualTo(3);
  }

  @Test
  void localMastersPassOverTheSettingOfClusters() {
    SparkConf settings = settings("local[4]").set("spark.executor.cores", "2");
    assertThat(ExecutorCores.of(settings, PROCESSORS)).isEqualTo(4);
  }

  @Test
  void clustersFollowTheSetting() {
    for (String master : new String[] {"yarn", "k8s://https://c:443", "spark://c:7077"}) {
      SparkConf settings = settings(master).set("spark.executor.cores", "16");
      assertThat(ExecutorCores.of(settings, PROCESSORS)).as(master).isEqualTo(16);
    }
  }

  @Test
  void clustersHaveTheirDefaults() {
    assertThat(cores("yarn")).isEqualTo(1);
    assertThat(cores("k8s://https://c:443")).isEqualTo(1);
    assertThat(cores("spark://c:7077")).isEqualTo(PROCESSORS);
  }

  private static int cores(String master) {
    return ExecutorCores.of(settings(master), PROCESSORS);
  }

  private static SparkConf settings(String master) {
    return new SparkConf(false).setMaster(master);
  }
}
