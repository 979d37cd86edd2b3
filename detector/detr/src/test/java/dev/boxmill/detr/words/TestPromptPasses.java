package dev.boxmill.detr.words;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TestPromptPasses {
  private static final Prompt PROMPT =
      new Prompt(
          List.of(
              new PromptClass(
                  "fruit",
                  List.of(new Phrase("red apple", List.of(7, 8)), new Phrase("pear", List.of(9)))),
              new PromptClass("forklift", List.of(new Phrase("forklift", List.of(5, 6, 4))))),
          Prompt.AS_BOXES);

  @Test
  void phrasesThatFitAreOnePass() {
    PromptPasses passes = PromptPasses.of(PROMPT, 11, 20);
    assertThat(passes.lengths()).containsExactly(11);
    assertThat(passes.tokens()).containsExactly(101, 7, 8, 1012, 9, 1012, 5, 6, 4, 1012, 102);
    assertThat(passes.places()).containsExactly(0, 0, 1, 2, 0, 1, 0, 1, 2, 3, 0);
    assertThat(passes.phrases()).containsExactly(0, 1, 1, 1, 2, 2, 3, 3, 3, 3, 4);
    assertThat(passes.labels()).containsExactly(2, 0, 0, 2, 0, 2, 1, 1, 1, 2, 2);
  }

  @Test
  void oneTokenLessIsTwoPasses() {
    PromptPasses passes = PromptPasses.of(PROMPT, 10, 20);
    assertThat(passes.lengths()).containsExactly(7, 6);
    assertThat(passes.tokens())
        .containsExactly(101, 7, 8, 1012, 9, 1012, 102, 101, 5, 6, 4, 1012, 102);
    assertThat(passes.phrases()).containsExactly(0, 1, 1, 1, 2, 2, 3, 0, 1, 1, 1, 1, 2);
    assertThat(passes.classes()).isEqualTo(2);
  }

  @Test
  void aPhraseThatNoPassHoldsIsRefused() {
    assertThatThrownBy(() -> PromptPasses.of(PROMPT, 5, 20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid phrase 'forklift': it has 3 tokens (must have at most 2)");
    assertThatThrownBy(() -> PromptPasses.of(PROMPT, 20, 3))
        .hasMessage("Invalid phrase 'forklift': it has 3 tokens (must have at most 2)");
  }

  @Test
  void aPromptThatWasNotReadIsRefused() {
    assertThatThrownBy(() -> PromptPasses.of(Prompt.parse("cat"), 20, 20))
        .hasMessageContaining("(must have tokens)");
  }
}
