package dev.boxmill.job.pictures;

import java.awt.Graphics2D;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes Java's images in the formats and kinds of pixels that Java can write. */
final class TestingFormats {

  private TestingFormats() {}

  static byte[] encode(String format, BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, format, bytes)) {
        throw new IllegalArgumentException("Cannot write " + format + " of " + image);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static byte[] progressiveJpeg(BufferedImage image) {
    return write(
        "jpeg",
        writer -> {
          ImageWriteParam progressive = writer.getDefaultWriteParam();
          progressive.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
          writer.write(null, new IIOImage(image, null, null), progressive);
        });
  }

  /** Four inks without a marker that says how they are meant. */
  static byte[] cmykJpeg(BufferedImage image) {
    int[] pixel = new int[4];
    WritableRaster inks =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_4BYTE_ABGR)
            .getRaster();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        image.getRaster().getPixel(x, y, pixel);
        pixel[3] = 255;
        inks.setPixel(x, y, pixel);
      }
    }
    return write("jpeg", writer -> writer.write(null, new IIOImage(inks, null, null), null));
  }

  static byte[] sequence(String format, BufferedImage... images) {
    return write(
        format,
        writer -> {
          writer.prepareWriteSequence(null);
          for (BufferedImage image : images) {
            writer.writeToSequence(new IIOImage(image, null, null), null);
          }
          writer.endWriteSequence();
        });
  }

  static BufferedImage as(int type, BufferedImage image) {
    BufferedImage copy = new BufferedImage(image.getWidth(), image.getHeight(), type);
    Graphics2D graphics = copy.createGraphics();
    graphics.drawImage(image, 0, 0, null);
    graphics.dispose();
    return copy;
  }

  /** 16 bits a sample, whose high bytes are the image's and whose low bytes are noise. */
  static BufferedImage sixteenBits(BufferedImage image) {
    ComponentColorModel colors =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            false,
            false,
            Transparency.OPAQUE,
            DataBuffer.TYPE_USHORT);
    WritableRaster samples =
        colors.createCompatibleWritableRaster(image.getWidth(), image.getHeight());
    Random noise = new Random(16);
    int[] pixel = new int[3];
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        image.getRaster().getPixel(x, y, pixel);
        for (int i = 0; i < pixel.length; i++) {
          pixel[i] = pixel[i] << 8 | noise.nextInt(256);
        }
        samples.setPixel(x, y, pixel);
      }
    }
    return new BufferedImage(colors, samples, false, null);
  }

  /** The image under a transparency that hides all of it. */
  static BufferedImage transparent(BufferedImage image) {
    BufferedImage hidden = as(BufferedImage.TYPE_INT_ARGB, image);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        hidden.setRGB(x, y, image.getRGB(x, y) & 0xffffff);
      }
    }
    return hidden;
  }

  /**
   * The pixels that a file with this EXIF orientation stores for the image: the table of EXIF 2.3,
   * where the 0th row and the 0th column of the stored pixels are on the upright image.
   */
  static BufferedImage stored(int orientation, BufferedImage image) {
    boolean turned = orientation >= 5;
    boolean fromRight =
        orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    boolean fromBottom =
        orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
    int width = image.getWidth();
    int height = image.getHeight();
    BufferedImage stored =
        new BufferedImage(
            turned ? height : width, turned ? width : height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int across = fromRight ? width - 1 - x : x;
        int down = fromBottom ? height - 1 - y : y;
        stored.setRGB(turned ? down : across, turned ? across : down, image.getRGB(x, y));
      }
    }
    return stored;
  }

  static BufferedImage decode(byte[] file) {
    try {
      return as(BufferedImage.TYPE_INT_RGB, ImageIO.read(new ByteArrayInputStream(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Writing {
    void to(ImageWriter writer) throws IOException;
  }

  private static byte[] write(String format, Writing writing) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(stream);
      writing.to(writer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
