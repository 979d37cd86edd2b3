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
    LabelRow second = row("b");
    assertThat(rows.poll()).isEmpty();
    rows.put(Optional.of(first));
    rows.put(Optional.empty());
    rows.put(Optional.of(second));
    assertThat(rows.poll().orElseThrow().row()).contains(first);
    assertThat(rows.poll().orElseThrow().row()).isEmpty();
    assertThat(rows.take().row()).contains(second);
  }

  @Test
  void aLostDeviceEndsTheTask() {
    rows.fail(new IllegalStateException("Cannot compute on the device any more"));
    assertThatThrownBy(rows::poll)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot compute on the device any more");
  }

  private static LabelRow row(String uri) {
    return new LabelRow.Labeled(uri, Optional.empty(), Optional.of(new ImageSize(4, 3)), List.of());
  }
}
