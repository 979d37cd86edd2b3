package dev.boxmill.job.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class TestRunRecord {

  @Test
  void theSamePrecisionIsOfferedWhereNothingElseDiffers() {
    RunRecord before = record("bf16", "0.05");
    assertThat(before.differences(record("fp32", "0.05")))
        .containsExactly("precision bf16, now fp32");
    assertThat(before.samePrecision(record("fp32", "0.05")))
        .hasValue("--precision bf16 goes on as before");
    assertThat(before.samePrecision(record("fp32", "0.3"))).isEmpty();
  }

  @Test
  void autoOfAnEarlierTableIsNoPrecision() {
    assertThat(record("auto", "0.05").differences(record("bf16", "0.05")))
        .containsExactly("precision auto, now bf16");
    assertThat(record("auto", "0.05").samePrecision(record("bf16", "0.05"))).isEmpty();
  }

  private static RunRecord record(String precision, String minScore) {
    return new RunRecord(
        "",
        "embedded",
        "",
        precision + minScore,
        Map.of("precision", precision, "min-score", minScore));
  }
}
