package dev.boxmill.image;

import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;
import java.util.function.UnaryOperator;

/**
 * Decodes JPEG, PNG, WebP, GIF (its first frame), BMP, TIFF (its first page), PBM, PGM, PPM, Targa
 * and JPEG 2000 to RGB, orientation by EXIF or XMP applied.
 *
 * <p>Pixels are those of Pillow's {@code Image.open(f).convert("RGB")}: alpha and palette
 * transparency are dropped without compositing, color profiles are not applied. More than 8 bits a
 * sample become 8 by the range that a picture uses, where Pillow clips gray at 255.
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
    return decode(file, 1);
  }

  /** The same at a fraction of the size, which is 1 but for a JPEG. */
  Picture decode(byte[] file, int reduction) throws UnreadableImageException {
    ImageFormat format = format(file);
    Picture picture =
        reduction == 1 ? pixels(format, file) : LeptonicaReader.reducedJpeg(file, limit, reduction);
    return Orientation.of(format, file).apply(picture);
  }

  /**
   * A file to decode at the least size that is enough.
   *
   * @param enough width and height that the decoded picture has at least, by the upright picture's
   *     size; where that is more, the picture is decoded as it is
   * @throws UnreadableImageException as {@link #decode} does, where the header is enough to know
   */
  public ScaledReading scaled(byte[] file, UnaryOperator<ImageSize> enough)
      throws UnreadableImageException {
    ImageFormat format = format(file);
    ImageSize size = Orientation.of(format, file).upright(declaredSize(file));
    int reduction = format == ImageFormat.JPEG ? ScaledReading.SMALLEST : 1;
    ImageSize least = enough.apply(size);
    while (reduction > 1 && !holds(ScaledReading.reduced(size, reduction), least)) {
      reduction /= 2;
    }
    return new ScaledReading(this, file, size, reduction);
  }

  private static boolean holds(ImageSize size, ImageSize least) {
    return size.width() >= least.width() && size.height() >= least.height();
  }

  /**
   * The size that the file's header declares, as it is stored: what decoding will take memory for.
   *
   * @throws UnreadableImageException as {@link #decode} does, where the header is enough to know
   */
  public ImageSize declaredSize(byte[] file) throws UnreadableImageException {
    ImageFormat format = format(file);
    return switch (format) {
      case JPEG, PNG, WEBP, JPEG_2000 -> LeptonicaReader.declaredSize(format, file, limit);
      case GIF -> JdkReader.gifSize(file, limit);
      case BMP -> BmpReader.declaredSize(file, limit);
      case TIFF -> TiffReader.declaredSize(file, limit);
      case PNM -> PnmReader.declaredSize(file, limit);
      case TARGA -> TargaReader.declaredSize(file, limit);
    };
  }

  /**
   * A file to decode by regions of at most so many rows. An upright TIFF has no more of its rows in
   * memory than regions that lie side by side need; other images are decoded whole.
   *
   * @throws UnreadableImageException as {@link #decode} does, where the header is enough to know;
   *     the limit is one of the pixels in memory
   */
  public RegionReading regions(byte[] file, int mostRows) throws UnreadableImageException {
    ImageFormat format = format(file);
    Orientation orientation = Orientation.of(format, file);
    if (format == ImageFormat.TIFF && orientation == Orientation.UPRIGHT) {
      return TiffReader.bands(file, limit, mostRows);
    }
    return new WholeReading(this, file, orientation.upright(declaredSize(file)));
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
      case JPEG, PNG, WEBP, JPEG_2000 -> LeptonicaReader.read(format, file, limit);
      case GIF -> JdkReader.gif(file, limit);
      case BMP -> BmpReader.read(file, limit);
      case TIFF -> TiffReader.read(file, limit);
      case PNM -> PnmReader.read(file, limit);
      case TARGA -> TargaReader.read(file, limit);
    };
  }
}
