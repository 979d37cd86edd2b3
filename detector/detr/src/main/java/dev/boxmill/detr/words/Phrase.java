package dev.boxmill.detr.words;

import java.io.Serializable;
import java.util.List;

/**
 * Words for a kind of object, such as "red apple".
 *
 * @param tokens their numbers in the detector's vocabulary; none until a {@link PromptTokenizer}
 *     has read them
 */
public record Phrase(String text, List<Integer> tokens) implements Serializable {
  public Phrase {
    tokens = List.copyOf(tokens);
  }

  /** Words that no tokenizer has read yet. */
  public static Phrase of(String text) {
    return new Phrase(text, List.of());
  }
}
