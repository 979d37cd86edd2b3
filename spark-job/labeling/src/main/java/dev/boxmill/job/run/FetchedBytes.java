package dev.boxmill.job.run;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.images.ImageInputException;
import dev.boxmill.schemas.ErrorCategory;
import java.io.IOException;
import java.io.Serializable;

/**
 * An image's bytes from an archive or a table, or why they can't be had, on their way between
 * tasks.
 *
 * @param bytes empty where there is a reason
 * @param category null where there is none
 * @param reason null where there is none
 */
record FetchedBytes(byte[] bytes, ErrorCategory category, String reason)
    implements ImageInput.Content, Serializable {

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
