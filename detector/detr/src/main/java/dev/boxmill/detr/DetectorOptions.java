package dev.boxmill.detr;

import java.io.Serializable;
import java.util.Map;

/**
 * What a user says about a detector beside where it lies.
 *
 * @param architecture {@code NAME[:key=value,…]} for a checkpoint without {@code config.json};
 *     empty where its tensor names decide
 * @param classNames class names by index, in place of those that the checkpoint or its number of
 *     classes would give; empty for those
 */
public record DetectorOptions(String architecture, Map<Integer, String> classNames)
    implements Serializable {

  /** The checkpoint says everything. */
  public static final DetectorOptions NONE = new DetectorOptions("", Map.of());

  public DetectorOptions {
    classNames = Map.copyOf(classNames);
  }
}
