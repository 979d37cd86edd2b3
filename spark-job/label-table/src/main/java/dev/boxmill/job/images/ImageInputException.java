package dev.boxmill.job.images;

import dev.boxmill.schemas.ErrorCategory;
import java.io.IOException;

/** An input whose bytes can't be had: category and message go into its row. */
public final class ImageInputException extends IOException {

  private static final long serialVersionUID = 1;

  private final ErrorCategory category;

  public ImageInputException(ErrorCategory category, String message, Throwable cause) {
    super(message, cause);
    this.category = category;
  }

  public ErrorCategory category() {
    return category;
  }
}
