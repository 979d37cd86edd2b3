package dev.boxmill.detr.image;

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

  static Picture read(ImageFormat format, byte[] file, PixelLimit limit)
      throws UnreadableImageException {
    ImageReader reader = reader(format);
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(in);
      if (format == ImageFormat.GIF) {
        return GifFrame.first(reader, file, limit);
      }
      ImageSize size = limit.check(format, reader.getWidth(0), reader.getHeight(0));
      BufferedImage stored = reader.read(0);
      BufferedImage image = format == ImageFormat.TIFF ? TiffPalette.exact(reader, stored) : stored;
      Picture picture = Picture.blank(size);
      Pixels.copy(format, image, picture, 0, 0);
      return picture;
    } catch (EOFException e) {
      throw UnreadableImageException.unreadable(
          format, "it is cut off after " + file.length + " bytes", e);
    } catch (IOException | RuntimeException e) {
      throw UnreadableImageException.unreadable(format, Damage.describe(format, file), e);
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
