package dev.boxmill.detr;

import dev.boxmill.checkpoint.CheckpointException;
import java.nio.file.Path;

/** A detector that reads was not told what to find. */
public final class MissingPromptException extends CheckpointException {
  private static final long serialVersionUID = 1;

  MissingPromptException(Path detector) {
    super(
        ("Missing --prompt: %s finds what it is asked for (name that, as in --prompt \"red apple."
                + " forklift\", or a file with --prompts)")
            .formatted(detector));
  }
}
