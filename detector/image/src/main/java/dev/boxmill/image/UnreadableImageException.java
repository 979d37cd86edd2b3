package dev.boxmill.image;

import dev.boxmill.schemas.ErrorCategory;

/** An image that could not be decoded; the message says what its bytes are instead. */
public final class UnreadableImageException extends Exception {
  private final ErrorCategory category;

  UnreadableImageException(ErrorCategory category, String message, Throwable cause) {
    super(message, cause);
    this.category = category;
  }

  static UnreadableImageException unreadable(ImageFormat format, String reason, Throwable cause) {
    String message = "Cannot decode the " + format.title() + ": " + reason;
    return new UnreadableImageException(ErrorCategory.UNREADABLE, message, cause);
  }

  /** {@code UNREADABLE}, or {@code REFUSED} for an image over the limit of pixels. */
  public ErrorCategory category() {
    return category;
  }
}
