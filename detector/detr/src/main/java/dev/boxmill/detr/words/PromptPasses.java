package dev.boxmill.detr.words;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A prompt as a network reads it: token by token, in one pass or several, each {@code [CLS] red
 * apple . forklift . [SEP]}. Lists of all passes behind each other.
 *
 * @param lengths tokens of each pass
 * @param tokens their numbers in the vocabulary
 * @param places of tokens in their phrase, whose period is its last
 * @param phrases which phrase of the pass a token is of; {@code [CLS]} and {@code [SEP]} are of one
 *     of their own
 * @param labels the label id of a token's class; {@code classes} for tokens of none
 * @param classes how many there are
 */
public record PromptPasses(
    List<Integer> lengths,
    List<Integer> tokens,
    List<Integer> places,
    List<Integer> phrases,
    List<Integer> labels,
    int classes) {

  /** Tokens that every detector of this family knows by these numbers: BERT's, uncased. */
  static final int BEGIN = 101;

  static final int END = 102;
  static final int PERIOD = 1012;
  static final int QUESTION_MARK = 1029;

  /** {@code [CLS]} and {@code [SEP]}. */
  private static final int FRAME = 2;

  public PromptPasses {
    lengths = List.copyOf(lengths);
    tokens = List.copyOf(tokens);
    places = List.copyOf(places);
    phrases = List.copyOf(phrases);
    labels = List.copyOf(labels);
  }

  /**
   * Divides a prompt.
   *
   * @param longest tokens that a pass may have
   * @param mostPlaces tokens that a phrase may have, its period among them
   * @throws IllegalArgumentException if a phrase has more tokens than a pass holds
   */
  public static PromptPasses of(Prompt prompt, int longest, int mostPlaces) {
    if (prompt.isEmpty() || !prompt.isTokenized()) {
      throw new IllegalArgumentException("Invalid prompt: " + prompt + " (must have tokens)");
    }
    Builder builder = new Builder(longest, mostPlaces, prompt.classes().size());
    for (Map.Entry<Phrase, Integer> phrase : prompt.labels().entrySet()) {
      builder.add(phrase.getKey(), phrase.getValue());
    }
    return builder.passes();
  }

  public int count() {
    return lengths.size();
  }

  private static final class Builder {
    private final int longest;
    private final int mostPlaces;
    private final int classes;
    private final List<Integer> lengths = new ArrayList<>();
    private final List<Integer> tokens = new ArrayList<>();
    private final List<Integer> places = new ArrayList<>();
    private final List<Integer> phrases = new ArrayList<>();
    private final List<Integer> labels = new ArrayList<>();
    private int passStart;
    private int phrasesOfPass;

    Builder(int longest, int mostPlaces, int classes) {
      this.longest = longest;
      this.mostPlaces = mostPlaces;
      this.classes = classes;
      begin();
    }

    private void begin() {
      passStart = tokens.size();
      phrasesOfPass = 0;
      alone(BEGIN);
    }

    private void end() {
      alone(END);
      lengths.add(tokens.size() - passStart);
    }

    /** A token that belongs to no phrase. */
    private void alone(int token) {
      take(token, 0, classes);
      phrasesOfPass++;
    }

    private void take(int token, int place, int label) {
      tokens.add(token);
      places.add(place);
      phrases.add(phrasesOfPass);
      labels.add(label);
    }

    void add(Phrase phrase, int label) {
      int count = phrase.tokens().size() + 1;
      int most = Math.min(longest - FRAME, mostPlaces);
      if (count > most) {
        throw new IllegalArgumentException(
            "Invalid phrase '%s': it has %d tokens (must have at most %d)"
                .formatted(shortened(phrase.text()), count - 1, most - 1));
      }
      if (tokens.size() - passStart + count + 1 > longest) {
        end();
        begin();
      }
      for (int i = 0; i < phrase.tokens().size(); i++) {
        take(phrase.tokens().get(i), i, label);
      }
      take(PERIOD, count - 1, classes);
      phrasesOfPass++;
    }

    private static String shortened(String text) {
      return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }

    PromptPasses passes() {
      end();
      return new PromptPasses(lengths, tokens, places, phrases, labels, classes);
    }
  }
}
