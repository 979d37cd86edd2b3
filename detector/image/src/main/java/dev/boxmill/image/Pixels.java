package dev.boxmill.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DirectColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/** Takes RGB out of a Java image by its samples: Java's own conversion changes grays and alpha. */
final class Pixels {

  private interface Row {
    /** Writes pixels of a row as RGB. */
    void write(int[] samples, byte[] rgb);
  }

  private Pixels() {}

  /** Copies the image into the picture, its corner at (left, top); what sticks out is dropped. */
  static void copy(ImageFormat format, BufferedImage image, Picture picture, int left, int top)
      throws UnreadableImageException {
    int width = Math.min(image.getWidth(), picture.size().width() - left);
    int height = Math.min(image.getHeight(), picture.size().height() - top);
    if (width <= 0 || height <= 0) {
      return;
    }
    Raster raster = image.getRaster();
    Row row = row(format, image.getColorModel(), raster.getNumBands());
    int[] samples = new int[width * raster.getNumBands()];
    byte[] rgb = new byte[3 * width];
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, samples);
      row.write(samples, rgb);
      picture.rgb().put(3 * (picture.size().width() * (top + y) + left), rgb);
    }
  }

  private static Row row(ImageFormat format, ColorModel colors, int bands)
      throws UnreadableImageException {
    if (colors instanceof IndexColorModel palette) {
      return (samples, rgb) -> lookUp(palette, samples, rgb);
    }
    int shift = shift(format, colors);
    int type = colors.getColorSpace().getType();
    if (type == ColorSpace.TYPE_GRAY) {
      return (samples, rgb) -> take(samples, bands, shift, 0, rgb);
    }
    if (type == ColorSpace.TYPE_RGB && bands >= 3) {
      return (samples, rgb) -> take(samples, bands, shift, 1, rgb);
    }
    if (type == ColorSpace.TYPE_CMYK && bands >= 4) {
      return (samples, rgb) -> mix(samples, bands, shift, rgb);
    }
    throw unsupported(format, bands + " channels that are neither gray, RGB nor CMYK");
  }

  /** How far to shift a sample to have 8 bits. */
  private static int shift(ImageFormat format, ColorModel colors) throws UnreadableImageException {
    int bits = colors.getComponentSize(0);
    boolean whole =
        colors instanceof DirectColorModel
            || (colors instanceof ComponentColorModel
                && colors.getTransferType() <= DataBuffer.TYPE_USHORT);
    if (!whole || (bits != 8 && bits != 16)) {
      throw unsupported(format, bits + " bits a sample");
    }
    return bits - 8;
  }

  private static UnreadableImageException unsupported(ImageFormat format, String what) {
    return UnreadableImageException.unreadable(
        format, "it has " + what + " (convert it to 8 bits RGB)", null);
  }

  private static void lookUp(IndexColorModel palette, int[] samples, byte[] rgb) {
    for (int i = 0; i < samples.length; i++) {
      int index = Math.min(samples[i], palette.getMapSize() - 1);
      rgb[3 * i] = (byte) palette.getRed(index);
      rgb[3 * i + 1] = (byte) palette.getGreen(index);
      rgb[3 * i + 2] = (byte) palette.getBlue(index);
    }
  }

  /** The first sample of each pixel three times (stride 0), or its first three (stride 1). */
  private static void take(int[] samples, int bands, int shift, int stride, byte[] rgb) {
    for (int from = 0, to = 0; from < samples.length; from += bands, to += 3) {
      rgb[to] = (byte) (samples[from] >> shift);
      rgb[to + 1] = (byte) (samples[from + stride] >> shift);
      rgb[to + 2] = (byte) (samples[from + 2 * stride] >> shift);
    }
  }

  /** Inks to light without a color profile, as Pillow does it. */
  private static void mix(int[] samples, int bands, int shift, byte[] rgb) {
    for (int from = 0, to = 0; from < samples.length; from += bands, to += 3) {
      int paper = 255 - (samples[from + 3] >> shift);
      for (int ink = 0; ink < 3; ink++) {
        int product = (samples[from + ink] >> shift) * paper + 128;
        rgb[to + ink] = (byte) (paper - (((product >> 8) + product) >> 8));
      }
    }
  }
}
