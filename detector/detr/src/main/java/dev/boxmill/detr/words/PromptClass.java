package dev.boxmill.detr.words;

import java.io.Serializable;
import java.util.List;

/**
 * A class, and the phrases that stand for it.
 *
 * @param phrases at least one
 */
public record PromptClass(String name, List<Phrase> phrases) implements Serializable {
  public PromptClass {
    phrases = List.copyOf(phrases);
    if (phrases.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid class '" + name + "': it has no words (must have one phrase at least)");
    }
  }

  /** A class that is called as it is asked for. */
  static PromptClass of(String phrase) {
    return new PromptClass(phrase, List.of(Phrase.of(phrase)));
  }
}
