package dev.boxmill.job.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

final class TestMemoryCheck {

  @Test
  void executorsThatAskForTooLittleOutsideTheHeapAreAWarning() {
    SparkConf small = settings("yarn").set("spark.executor.memory", "2g");

    Finding found = MemoryCheck.of(small).orElseThrow();

    assertThat(found.outcome()).isEqualTo(Finding.Outcome.WARNING);
    assertThat(found.what())
        .isEqualTo("384 MiB outside the heap: an executor that takes more is killed");
    assertThat(found.remedy()).isEqualTo("spark.executor.memoryOverhead=3g holds most detectors");
    assertThat(MemoryCheck.of(settings("k8s://https://host").set("spark.executor.memory", "20g")))
        .hasValueSatisfying(warning -> assertThat(warning.what()).startsWith("2048 MiB"));
  }

  @Test
  void enoughMemoryAndClustersWithoutLimitsAreWell() {
    assertThat(MemoryCheck.of(settings("yarn").set("spark.executor.memoryOverhead", "3g")))
        .isEmpty();
    assertThat(MemoryCheck.of(settings("yarn").set("spark.executor.memory", "32g"))).isEmpty();
    assertThat(MemoryCheck.of(settings("local[2]"))).isEmpty();
    assertThat(MemoryCheck.of(settings("spark://host:7077"))).isEmpty();
  }

  private static SparkConf settings(String master) {
    return new SparkConf(false).setMaster(master);
  }
}
