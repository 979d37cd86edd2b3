package dev.boxmill.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TestLabelRow {

  @Test
  void messagesAreCutAtTheirStatedLength() {
    assertThat(message("x".repeat(2000))).isEqualTo("x".repeat(2000));
    assertThat(message("x".repeat(5_000_000))).isEqualTo("x".repeat(1999) + "…");
    assertThat(message(message("x".repeat(2001)))).isEqualTo("x".repeat(1999) + "…");
  }

  @Test
  void noCharacterIsCutInTwo() {
    assertThat(message("x" + "\uD83D\uDE00".repeat(2000)))
        .isEqualTo("x" + "\uD83D\uDE00".repeat(999) + "…");
    assertThat(message("\uD83D\uDE00".repeat(2000))).isEqualTo("\uD83D\uDE00".repeat(999) + "…");
  }

  private static String message(String said) {
    return new LabelRow.Failed(
            "a.jpg", Optional.empty(), Optional.empty(), ErrorCategory.INTERNAL, said)
        .message();
  }
}
