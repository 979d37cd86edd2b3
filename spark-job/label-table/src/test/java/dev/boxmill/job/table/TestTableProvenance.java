package dev.boxmill.job.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TestTableProvenance {

  @Test
  void classNamesAreReadAsTheyWereRecorded() {
    Map<Integer, String> names =
        Map.of(0, "N/A", 1, "cup, saucer", 7, "a, 5=b", 12, "", 90, "}{\n\"hair\" drier");

    assertThat(made(Map.of("class-names", TableProvenance.text(names))).classNames())
        .isEqualTo(names);
    assertThat(made(Map.of("class-names", "{}")).classNames()).isEmpty();
  }

  @Test
  void aRecordWithoutASettingIsRefused() {
    assertThatThrownBy(() -> made(Map.of()).minScore())
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot refine labels file:///labels: its record has no min-score"
                + " (label the images again: another version wrote it)");
  }

  private static TableProvenance made(Map<String, String> settings) {
    return new TableProvenance("file:///labels", "embedded", "", settings);
  }
}
