package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Through the JDK's own readers: GIF, and what TIFF takes from other formats, fax codes and JPEGs
 * of inks.
 */
final class JdkReader {
  private static final String JDK_PLUGINS = "com.sun.imageio.plugins.";

  private JdkReader() {}

  private interface Reading<T> {
    T from(ImageReader reader) throws IOException, UnreadableImageException;
  }

  static ImageSize gifSize(byte[] file, PixelLimit limit) throws UnreadableImageException {
    return read(ImageFormat.GIF, file, reader -> GifFrame.canvas(reader, file, limit));
  }

  static Picture gif(byte[] file, PixelLimit limit) throws UnreadableImageException {
    return read(ImageFormat.GIF, file, reader -> GifFrame.first(reader, file, limit));
  }

  /** The bits of a TIFF that has one a pixel, each row in whole bytes. */
  static byte[] bits(byte[] tiff) throws UnreadableImageException {
    return read(ImageFormat.TIFF, tiff, reader -> packed(reader.read(0).getRaster()));
  }

  /** The samples of a JPEG as they are, side by side. */
  static byte[] samples(byte[] jpeg) throws UnreadableImageException {
    return read(ImageFormat.JPEG, jpeg, reader -> bytes(reader.readRaster(0, null)));
  }

  private static byte[] packed(Raster raster) {
    int rowBytes = (raster.getWidth() + 7) / 8;
    byte[] bits = new byte[Math.multiplyExact(rowBytes, raster.getHeight())];
    int[] row = new int[raster.getWidth()];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(0, y, row.length, 1, 0, row);
      for (int x = 0; x < row.length; x++) {
        bits[y * rowBytes + x / 8] |= (byte) (row[x] << (7 - x % 8));
      }
    }
    return bits;
  }

  private static byte[] bytes(Raster raster) {
    int[] row = new int[raster.getWidth() * raster.getNumBands()];
    byte[] bytes = new byte[Math.multiplyExact(row.length, raster.getHeight())];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, raster.getWidth(), 1, row);
      for (int i = 0; i < row.length; i++) {
        bytes[y * row.length + i] = (byte) row[i];
      }
    }
    return bytes;
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
