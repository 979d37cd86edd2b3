package dev.boxmill.detr.words;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.TestingGolden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Against transformers' GroundingDinoProcessor; make_golden_grounding_dino.py made the references.
 */
final class TestPromptTokenizer {
  private static final Path NETWORK = TestingGolden.directory("grounding-dino");
  private static final Path VOCABULARY = TestingGolden.directory("grounding-dino-mm");
  private static final int KNOWN = 1100;

  @TempDir private Path directory;

  /** Of tokenizer.json, and of vocab.txt alone. */
  @ParameterizedTest
  @ValueSource(strings = {"grounding-dino", "grounding-dino-mm"})
  void awkwardPhrasesBecomeTheProcessorsTokens(String network) throws IOException {
    JsonNode prompts = new ObjectMapper().readTree(NETWORK.resolve("tokens.json").toFile());
    assertThat(prompts.get("phrases").size()).isGreaterThanOrEqualTo(50);
    try (PromptTokenizer tokenizer = PromptTokenizer.open(TestingGolden.directory(network))) {
      for (JsonNode prompt : prompts.get("phrases")) {
        List<Integer> tokens = new ArrayList<>(List.of(PromptPasses.BEGIN));
        for (JsonNode phrase : prompt.get("phrases")) {
          tokens.addAll(tokenizer.tokens(phrase.asText()));
          tokens.add(PromptPasses.PERIOD);
        }
        tokens.add(PromptPasses.END);
        assertThat(tokens).as("%s", prompt.get("phrases")).isEqualTo(integers(prompt));
      }
    }
  }

  @Test
  void aPromptOfOneLineBecomesTheProcessorsTokens() throws IOException {
    JsonNode prompts = new ObjectMapper().readTree(NETWORK.resolve("tokens.json").toFile());
    for (JsonNode prompt : prompts.get("lines")) {
      Prompt read = read(Prompt.parse(prompt.get("line").asText()));
      assertThat(PromptPasses.of(read, 256, 256).tokens())
          .as("%s", prompt.get("line"))
          .isEqualTo(integers(prompt));
    }
  }

  private static List<Integer> integers(JsonNode prompt) {
    List<Integer> tokens = new ArrayList<>();
    prompt.get("tokens").forEach(token -> tokens.add(token.asInt()));
    return tokens;
  }

  private static Prompt read(Prompt prompt) {
    try (PromptTokenizer tokenizer = PromptTokenizer.open(NETWORK)) {
      return tokenizer.read(prompt, KNOWN);
    }
  }

  @Test
  void wordsThatNoTokenStandsForAreRefused() {
    assertThatThrownBy(() -> read(Prompt.of(Map.of("smile", List.of("😀")))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("Invalid phrase of class 'smile': '😀' (must have a word that")
        .hasMessageContaining("tokenizer.json knows)");
  }

  @Test
  void aTokenizerThatIsMissingIsNamed() {
    assertThatThrownBy(() -> PromptTokenizer.open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Missing tokenizer in "
                + directory
                + " (must have tokenizer.json or vocab.txt beside the weights)");
  }

  @Test
  void anotherModelsTokenizerIsRefused() throws IOException {
    List<String> tokens = new ArrayList<>(Files.readAllLines(VOCABULARY.resolve("vocab.txt")));
    tokens.set(1012, "[unused1012]");
    tokens.set(119, ".");
    Files.write(directory.resolve("vocab.txt"), tokens);
    assertThatThrownBy(() -> PromptTokenizer.open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("Cannot use tokenizer " + directory.resolve("vocab.txt"))
        .hasMessageContaining(
            "it reads '.' as [101, 119, 102], and the detector as [101, 1012, 102] (it is another"
                + " model's; name the files that the detector was published with)");
  }

  @Test
  void aTokenBeyondTheDetectorsVocabularyIsRefused() {
    try (PromptTokenizer tokenizer = PromptTokenizer.open(NETWORK)) {
      Prompt prompt = Prompt.parse("red apple");
      assertThatThrownBy(() -> tokenizer.read(prompt, 110))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("of 'red apple' is none of the detector's 110 (it is another");
    }
  }

  @Test
  void aDamagedTokenizerIsRefused() throws IOException {
    Files.writeString(directory.resolve("tokenizer.json"), "{\"version\": \"1.0\"}");
    assertThatThrownBy(() -> PromptTokenizer.open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("Cannot read tokenizer " + directory.resolve("tokenizer.json"));
  }

  @Test
  void aVocabularyWithoutBertsMarksIsRefused() throws IOException {
    Files.writeString(directory.resolve("vocab.txt"), "cat\ndog\n");
    assertThatThrownBy(() -> PromptTokenizer.open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("it has no [PAD] (must be BERT's)");
  }
}
