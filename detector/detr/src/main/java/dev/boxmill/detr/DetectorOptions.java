package dev.boxmill.detr;

import dev.boxmill.detr.words.Prompt;
import java.io.Serializable;
import java.util.Map;

/**
 * What a user says about a detector beside where it lies.
 *
 * @param architecture {@code NAME[:key=value,…]} for a checkpoint without {@code config.json};
 *     empty where its tensor names decide
 * @param classNames class names by index, in place of those that the checkpoint or its number of
 *     classes would give; empty for those
 * @param prompt what a detector that reads is to find
 */
public record DetectorOptions(String architecture, Map<Integer, String> classNames, Prompt prompt)
    implements Serializable {

  /** The checkpoint says everything. */
  public static final DetectorOptions NONE = new DetectorOptions("", Map.of(), Prompt.NONE);

  public DetectorOptions {
    classNames = Map.copyOf(classNames);
  }

  public DetectorOptions(String architecture, Map<Integer, String> classNames) {
    this(architecture, classNames, Prompt.NONE);
  }

  /** The same for a detector that reads. */
  public DetectorOptions withPrompt(Prompt asked) {
    return new DetectorOptions(architecture, classNames, asked);
  }
}
