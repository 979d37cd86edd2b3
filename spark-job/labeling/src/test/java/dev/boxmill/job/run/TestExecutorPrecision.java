package dev.boxmill.job.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.util.EnumSet;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

final class TestExecutorPrecision {

  @Test
  void autoIsWhatTasksChooseWhereTheyRun() {
    JavaSparkContext spark =
        JavaSparkContext.fromSparkContext(TestingSpark.session().sparkContext());
    assertThat(ExecutorPrecision.agreed(spark)).isEqualTo(Precision.AUTO.on(Device.cpu()));
  }

  @Test
  void executorsThatChooseDifferentlyAreRefused() {
    assertThat(ExecutorPrecision.agreed(Set.of(Precision.FP16))).isEqualTo(Precision.FP16);
    assertThatThrownBy(() -> ExecutorPrecision.agreed(EnumSet.of(Precision.FP32, Precision.BF16)))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot label alike everywhere: executors compute in fp32 and bf16"
                + " (name one with --precision)");
  }
}
