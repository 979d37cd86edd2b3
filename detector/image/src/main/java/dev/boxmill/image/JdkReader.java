package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** GIF, BMP and TIFF, through the JDK's own readers. */
final class JdkReader {
  private static final String JDK_PLUGINS = "com.sun.imageio.plugins.";

  private JdkReader() {}

  private interface Reading<T> {
    T from(ImageReader reader) throws IOException, UnreadableImageException;
  }

  static ImageSize declaredSize(ImageFormat format, byte[] file, PixelLimit limit)
      throws UnreadableImageException {
    return read(format, file, reader -> size(format, file, reader, limit));
  }

  static Picture read(ImageFormat format, byte[] file, PixelLimit limit)
      throws UnreadableImageException {
    return read(
        format,
        file,
        reader ->
            format == ImageFormat.GIF
                ? GifFrame.first(reader, file, limit)
                : first(format, file, reader, limit));
  }

  private static ImageSize size(
      ImageFormat format, byte[] file, ImageReader reader, PixelLimit limit)
      throws IOException, UnreadableImageException {
    return format == ImageFormat.GIF
        ? GifFrame.canvas(file, limit)
        : limit.check(format, reader.getWidth(0), reader.getHeight(0));
  }

  private static Picture first(
      ImageFormat format, byte[] file, ImageReader reader, PixelLimit limit)
      throws IOException, UnreadableImageException {
    ImageSize size = size(format, file, reader, limit);
    BufferedImage stored = reader.read(0);
    BufferedImage image = format == ImageFormat.TIFF ? TiffPalette.exact(reader, stored) : stored;
    Picture picture = Picture.blank(size);
    Pixels.copy(format, image, picture, 0, 0);
    return picture;
  }

  private static <T> T read(ImageFormat format, byte[] file, Reading<T> reading)
      throws UnreadableImageException {
    ImageReader reader = reader(format);
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(in);
      return reading.from(reader);
    } catch (EOFException e) {
      throw UnreadableImageException.unreadable(
          format, "it is cut off after " + file.length + " bytes", e);
    } catch (IOException | RuntimeException e) {
      throw UnreadableImageException.unreadable(format, FileDamage.describe(format, file), e);
    } finally {
      reader.dispose();
    }
  }

  /** The JDK's reader, whatever plugins the class path adds: pixels must not depend on it. */
  private static ImageReader reader(ImageFormat format) {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format.title());
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (reader.getClass().getName().startsWith(JDK_PLUGINS)) {
        return reader;
      }
    }
    throw new IllegalStateException(
        "Cannot decode the " + format.title() + ": this Java runtime has no reader (use a JDK)");
  }
}
