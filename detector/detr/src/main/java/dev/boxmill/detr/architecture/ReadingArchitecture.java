package dev.boxmill.detr.architecture;

import dev.boxmill.detr.words.Prompt;

/**
 * A network that finds what a prompt names. Without a prompt it has no classes and no program: ask
 * {@link #reading} first.
 */
public interface ReadingArchitecture extends Architecture {

  /** Numbers of the vocabulary that it knows. */
  int vocabulary();

  /**
   * The same network, to find that.
   *
   * @param prompt read by its tokenizer
   * @throws IllegalArgumentException if a phrase is too long
   */
  ReadingArchitecture reading(Prompt prompt);

  /** How often its transformer runs for an image; 1 where all phrases fit together. */
  int passes();
}
