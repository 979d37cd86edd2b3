package dev.boxmill.job.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class TestMadeLabels {

  @Test
  void classNamesAreReadAsTheyWereRecorded() {
    Map<Integer, String> labels =
        Map.of(0, "N/A", 1, "cup, saucer", 7, "a=b", 12, "", 90, "}{\nhair drier");
    MadeLabels made = made(Map.of("labels", new TreeMap<>(labels).toString()));

    assertThat(made.labels()).isEqualTo(labels);
    assertThat(made(Map.of("labels", "{}")).labels()).isEmpty();
  }

  @Test
  void aRecordWithoutASettingIsRefused() {
    assertThatThrownBy(() -> made(Map.of()).minScore())
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot refine labels file:///labels: its record has no min-score"
                + " (label anew: it is of another version)");
  }

  private static MadeLabels made(Map<String, String> settings) {
    return new MadeLabels("file:///labels", "embedded", "", settings);
  }
}
