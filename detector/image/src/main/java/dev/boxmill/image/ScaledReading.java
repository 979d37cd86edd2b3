package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;

/**
 * An image file that will be decoded at a fraction of its size.
 *
 * @param file bytes of the image
 * @param size of the picture, EXIF orientation applied
 * @param reduction 1, 2, 4 or 8: the picture's size divided by that, rounded up, is what is decoded
 */
public record ScaledReading(ImageDecoder decoder, byte[] file, ImageSize size, int reduction) {

  static final int SMALLEST = 8;

  static ImageSize reduced(ImageSize size, int reduction) {
    return new ImageSize(
        (size.width() + reduction - 1) / reduction, (size.height() + reduction - 1) / reduction);
  }

  /** What is decoded. */
  public ImageSize reduced() {
    return reduced(size, reduction);
  }

  /**
   * The picture in its reduced size.
   *
   * @throws UnreadableImageException as {@link ImageDecoder#decode} does
   */
  public Picture read() throws UnreadableImageException {
    return decoder.decode(file, reduction);
  }
}
