package dev.boxmill.detr.preprocess;

import dev.boxmill.schemas.ImageSize;

/** An image that is larger than what its checkpoint pads images to. */
public final class PaddingException extends IllegalArgumentException {

  PaddingException(ImageSize resized, ImageSize padded) {
    super(
        ("Cannot pad the image: %d x %d pixels after resizing are more than pad_size, %d x %d"
                + " (preprocessor_config.json must resize images to fit)")
            .formatted(resized.width(), resized.height(), padded.width(), padded.height()));
  }
}
