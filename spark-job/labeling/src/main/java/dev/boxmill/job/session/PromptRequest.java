package dev.boxmill.job.session;

import dev.boxmill.detr.words.Prompt;
import dev.boxmill.job.error.BadInputException;
import org.apache.hadoop.conf.Configuration;

/**
 * What a user wants a detector that reads to find.
 *
 * @param form of the text
 * @param text a prompt, the address of a file, or nothing
 * @param textThreshold as {@link Prompt#textThreshold}
 */
public record PromptRequest(Form form, String text, float textThreshold) {

  /** How a prompt is given. */
  public enum Form {
    /** Not at all. */
    NONE,
    /** Phrases with periods between them. */
    LINE,
    /** A file on any Hadoop filesystem. */
    FILE,
    /** As a table's record has it. */
    RECORD
  }

  /** No prompt. */
  public static final PromptRequest NONE = new PromptRequest(Form.NONE, "", Prompt.AS_BOXES);

  /** Phrases with periods between them, each a class. */
  public static PromptRequest line(String prompt) {
    return new PromptRequest(Form.LINE, prompt, Prompt.AS_BOXES);
  }

  /** A file of classes and their phrases. */
  public static PromptRequest file(String address) {
    return new PromptRequest(Form.FILE, address, Prompt.AS_BOXES);
  }

  static PromptRequest recorded(String json, float textThreshold) {
    return new PromptRequest(Form.RECORD, json, textThreshold);
  }

  /** The same with a threshold of its own for classes. */
  public PromptRequest withTextThreshold(float changed) {
    return new PromptRequest(form, text, changed);
  }

  /**
   * The prompt itself.
   *
   * @throws BadInputException if it is none
   */
  Prompt prompt(Configuration hadoop) {
    try {
      return switch (form) {
        case NONE -> Prompt.NONE;
        case LINE -> Prompt.parse(text).withTextThreshold(textThreshold);
        case FILE -> PromptFile.read(text, hadoop).withTextThreshold(textThreshold);
        case RECORD -> PromptFile.recorded(text).withTextThreshold(textThreshold);
      };
    } catch (IllegalArgumentException e) {
      throw new BadInputException("Cannot read the prompt: " + e.getMessage(), e);
    }
  }
}
