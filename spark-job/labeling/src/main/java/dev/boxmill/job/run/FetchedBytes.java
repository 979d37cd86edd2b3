package dev.boxmill.job.run;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.images.ImageInputException;
import dev.boxmill.schemas.ErrorCategory;
import java.io.IOException;
import java.io.Serializable;

/**
 * An image's bytes from an archive or a table, or why they can't be had, on their way between
 * tasks. No record: Kryo, the serializer of many clusters, can't read one.
 */
final class FetchedBytes implements ImageInput.Content, Serializable {

  private static final long serialVersionUID = 1;

  /** Empty where there is a reason. */
  private final byte[] bytes;

  /** Null where there is no reason. */
  private final ErrorCategory category;

  /** Null where there is none. */
  private final String reason;

  private FetchedBytes(byte[] bytes, ErrorCategory category, String reason) {
    this.bytes = bytes;
    this.category = category;
    this.reason = reason;
  }

  static FetchedBytes of(ImageInput image) {
    try {
      return new FetchedBytes(image.content().read(), null, null);
    } catch (ImageInputException refused) {
      return new FetchedBytes(new byte[0], refused.category(), refused.getMessage());
    } catch (IOException failure) {
      return new FetchedBytes(new byte[0], ErrorCategory.STORAGE, failure.getMessage());
    }
  }

  @Override
  public byte[] read() throws ImageInputException {
    if (category != null) {
      throw new ImageInputException(category, reason, null);
    }
    return bytes;
  }
}
