package dev.boxmill.detr.words;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.boxmill.checkpoint.CheckpointException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads phrases as a detector was trained to: by the {@code tokenizer.json} beside its weights, or
 * by {@code vocab.txt} where there is only that.
 */
public final class PromptTokenizer implements AutoCloseable {
  private static final String TOKENIZER = "tokenizer.json";
  private static final String VOCABULARY = "vocab.txt";

  /** The tokenizer's own library: boxmill carries the one for CPUs. */
  private static final String FLAVOR = "RUST_FLAVOR";

  private static final int UNKNOWN = 100;

  /** A text and what it must become, where the vocabulary is the detector's. */
  private static final Map<String, Integer> MARKS =
      Map.of(".", PromptPasses.PERIOD, "?", PromptPasses.QUESTION_MARK);

  private final Path file;
  private final HuggingFaceTokenizer tokenizer;

  private PromptTokenizer(Path file, HuggingFaceTokenizer tokenizer) {
    this.file = file;
    this.tokenizer = tokenizer;
  }

  /** The file that says how a directory's detector reads, if there is one. */
  public static Optional<Path> file(Path directory) {
    return List.of(TOKENIZER, VOCABULARY).stream()
        .map(directory::resolve)
        .filter(Files::exists)
        .findFirst();
  }

  /**
   * Opens a detector's tokenizer.
   *
   * @throws CheckpointException if there is none, or it is another model's
   */
  public static PromptTokenizer open(Path directory) {
    Path file =
        file(directory)
            .orElseThrow(
                () ->
                    new CheckpointException(
                        "Missing tokenizer in %s (must have %s or %s beside the weights)"
                            .formatted(directory, TOKENIZER, VOCABULARY)));
    PromptTokenizer tokenizer = new PromptTokenizer(file, load(file));
    try {
      tokenizer.requireBert();
      return tokenizer;
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  private static HuggingFaceTokenizer load(Path file) {
    if (System.getProperty(FLAVOR) == null && System.getenv(FLAVOR) == null) {
      System.setProperty(FLAVOR, "cpu");
    }
    try {
      String text = Files.readString(file);
      String json = file.endsWith(VOCABULARY) ? Vocabulary.tokenizer(file, text) : text;
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)),
          Map.of("addSpecialTokens", "true", "padding", "false", "truncation", "false"));
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException("Cannot read tokenizer " + file + ": " + e.getMessage(), e);
    } catch (LinkageError e) {
      throw new EngineException(
          "Cannot load the tokenizers' library: " + e.getMessage() + " (see docs/words.md)", e);
    }
  }

  /** The network takes [CLS], [SEP], period and question mark by their numbers. */
  private void requireBert() {
    MARKS.forEach(
        (mark, token) -> {
          long[] found = tokenizer.encode(mark).getIds();
          long[] expected = {PromptPasses.BEGIN, token, PromptPasses.END};
          if (!Arrays.equals(found, expected)) {
            throw new CheckpointException(
                "Cannot use tokenizer %s: it reads '%s' as %s, and the detector as %s (it is another model's; name the files that the detector was published with)"
                    .formatted(file, mark, Arrays.toString(found), Arrays.toString(expected)));
          }
        });
  }

  /**
   * A prompt with the tokens of its phrases.
   *
   * @param vocabulary numbers that the detector knows
   * @throws CheckpointException if a phrase has no word that the vocabulary holds, or the tokenizer
   *     has more numbers than the detector
   */
  public Prompt read(Prompt prompt, int vocabulary) {
    return new Prompt(
        prompt.classes().stream()
            .map(
                one ->
                    new PromptClass(
                        one.name(),
                        one.phrases().stream()
                            .map(phrase -> read(one.name(), phrase.text(), vocabulary))
                            .toList()))
            .toList(),
        prompt.textThreshold());
  }

  private Phrase read(String name, String text, int vocabulary) {
    List<Integer> tokens = tokens(text);
    if (tokens.stream().allMatch(token -> token == UNKNOWN)) {
      throw new CheckpointException(
          "Invalid phrase of class '%s': '%s' (must have a word that %s knows)"
              .formatted(name, text, file));
    }
    for (int token : tokens) {
      if (token >= vocabulary) {
        throw new CheckpointException(
            "Cannot use tokenizer %s: token %d of '%s' is none of the detector's %d (it is another model's)"
                .formatted(file, token, text, vocabulary));
      }
    }
    return new Phrase(text, tokens);
  }

  /**
   * Numbers of a phrase's tokens, without those that frame a whole prompt. In small letters, as
   * transformers' processor has it, no text is one of the tokenizer's own marks, such as [SEP].
   */
  List<Integer> tokens(String phrase) {
    String text = phrase.strip().toLowerCase(Locale.ROOT);
    long[] ids = tokenizer.encode(text, false, false).getIds();
    return Arrays.stream(ids).mapToObj(Math::toIntExact).toList();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
