package dev.boxmill.detr.words;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestPrompt {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "red apple. forklift. person with helmet",
        "red apple.forklift.person with helmet.",
        " red apple .. forklift .  person with helmet . "
      })
  void periodsDivideALineIntoClasses(String line) {
    assertThat(Prompt.parse(line).classNames())
        .isEqualTo(Map.of(0, "red apple", 1, "forklift", 2, "person with helmet"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ".", " . . "})
  void aLineWithoutWordsIsRefused(String line) {
    assertThatThrownBy(() -> Prompt.parse(line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid prompt: '%s' (must be phrases with periods between them)", line);
  }

  @Test
  void aClassThatComesTwiceIsRefused() {
    assertThatThrownBy(() -> Prompt.parse("cat. dog. cat"))
        .hasMessage("Invalid classes: 'cat' comes twice (must be one class, with all words)");
  }

  @Test
  void aClassWithoutWordsIsRefused() {
    assertThatThrownBy(() -> Prompt.of(Map.of("fruit", List.of())))
        .hasMessage("Invalid class 'fruit': it has no words (must have one phrase at least)");
    assertThatThrownBy(() -> Prompt.of(Map.of("fruit", List.of("apple", " "))))
        .hasMessage("Invalid phrase of class 'fruit': it is empty (must have words)");
    assertThatThrownBy(() -> Prompt.of(Map.of()))
        .hasMessage("Invalid prompt: no class (must name one at least)");
  }

  @Test
  void aPhraseThatADetectorWouldSplitIsRefused() {
    assertThatThrownBy(() -> Prompt.of(Map.of("dog", List.of("St. Bernard"))))
        .hasMessage(
            "Invalid phrase of class 'dog': 'St. Bernard' (must have no . or ?, where detectors see"
                + " its end)");
    assertThatThrownBy(() -> Prompt.parse("dog? cat"))
        .hasMessageContaining("'dog? cat' (must have no . or ?");
  }

  @Test
  void phrasesOfSeveralClassesAreKnown() {
    Map<String, List<String>> phrases = new LinkedHashMap<>();
    phrases.put("vehicle", List.of("car", "Truck"));
    phrases.put("truck", List.of("truck", "lorry"));
    Prompt prompt = Prompt.of(phrases);
    assertThat(prompt.sharedPhrases()).isEqualTo(Map.of("truck", List.of("vehicle", "truck")));
    assertThat(prompt.labels().values()).containsExactly(0, 0, 1);
  }

  @Test
  void aTextThresholdIsAShare() {
    assertThatThrownBy(() -> Prompt.parse("cat").withTextThreshold(1.5f))
        .hasMessage("Invalid text threshold: 1.5 (must be from 0 to 1)");
  }
}
