package dev.boxmill.image;

import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;

/**
 * Decodes JPEG, PNG, WebP, GIF (its first frame), BMP and TIFF (its first page) to RGB, EXIF
 * orientation applied.
 *
 * <p>Pixels are those of Pillow's {@code Image.open(f).convert("RGB")}: alpha and palette
 * transparency are dropped without compositing, color profiles are not applied. 16 bits a sample
 * become 8 by their high byte; there Pillow differs for gray images, which it clips at 255.
 *
 * <p>Safe for use by several threads.
 */
public final class ImageDecoder {
  /** Twice Pillow's {@code MAX_IMAGE_PIXELS}, where Pillow suspects a decompression bomb. */
  public static final long DEFAULT_PIXEL_LIMIT = 178_956_970;

  /** The largest limit: more would not fit a buffer of 2 GiB. */
  public static final long MOST_PIXEL_LIMIT = PixelLimit.MOST;

  private final PixelLimit limit;

  public ImageDecoder() {
    this(DEFAULT_PIXEL_LIMIT);
  }

  /**
   * A decoder that refuses larger images before it decodes them.
   *
   * @param pixelLimit most pixels of an image, 1 to 500 million
   */
  public ImageDecoder(long pixelLimit) {
    this.limit = new PixelLimit(pixelLimit);
  }

  /**
   * Decodes a whole image file.
   *
   * @throws UnreadableImageException if the bytes are no image of these formats, cut off or damaged
   *     (category UNREADABLE), or have more pixels than the limit (REFUSED)
   */
  public Picture decode(byte[] file) throws UnreadableImageException {
    ImageFormat format = format(file);
    Picture picture = pixels(format, file);
    return Orientation.of(format, file).apply(picture);
  }

  /**
   * The size that the file's header declares, as it is stored: what decoding will take memory for.
   *
   * @throws UnreadableImageException as {@link #decode} does, where the header is enough to know
   */
  public ImageSize declaredSize(byte[] file) throws UnreadableImageException {
    ImageFormat format = format(file);
    return switch (format) {
      case JPEG, PNG, WEBP -> LeptonicaReader.declaredSize(format, file, limit);
      case GIF, BMP, TIFF -> JdkReader.declaredSize(format, file, limit);
    };
  }

  private static ImageFormat format(byte[] file) throws UnreadableImageException {
    ImageFormat format = ImageFormat.of(file).orElse(null);
    if (format == null) {
      throw new UnreadableImageException(
          ErrorCategory.UNREADABLE,
          "Cannot decode the image: " + UnsupportedFormat.describe(file),
          null);
    }
    return format;
  }

  private Picture pixels(ImageFormat format, byte[] file) throws UnreadableImageException {
    return switch (format) {
      case JPEG, PNG, WEBP -> LeptonicaReader.read(format, file, limit);
      case GIF, BMP, TIFF -> JdkReader.read(format, file, limit);
    };
  }
}
