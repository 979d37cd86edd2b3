package dev.boxmill.job.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelRow;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TestTaskRows {
  private final TaskRows rows = new TaskRows();

  @Test
  void rowsComeInTheOrderInWhichTheyWereMade() throws InterruptedException {
    LabelRow first = row("a");
    assertThat(rows.poll()).isEmpty();
    rows.put(first);
    rows.put(row("b"));
    assertThat(rows.poll()).contains(first);
    assertThat(rows.take().imageUri()).isEqualTo("b");
  }

  @Test
  void aLostDeviceEndsTheTask() {
    rows.fail(new IllegalStateException("Cannot compute on the device any more"));
    assertThatThrownBy(rows::poll)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot compute on the device any more");
  }

  private static LabelRow row(String uri) {
    return new LabelRow.Labelled(
        uri, Optional.empty(), Optional.of(new ImageSize(4, 3)), List.of());
  }
}
