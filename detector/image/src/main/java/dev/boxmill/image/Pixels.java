package dev.boxmill.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/** Takes RGB out of a Java image by its samples: Java's own conversion changes grays and alpha. */
final class Pixels {

  private Pixels() {}

  /** Copies colors of a palette, the image's corner at (left, top); what sticks out is dropped. */
  static void copyColors(BufferedImage image, Picture picture, int left, int top) {
    Raster raster = image.getRaster();
    int width = Math.min(raster.getWidth(), picture.size().width() - left);
    int height = Math.min(raster.getHeight(), picture.size().height() - top);
    if (width <= 0 || height <= 0) {
      return;
    }
    IndexColorModel palette = (IndexColorModel) image.getColorModel();
    int[] samples = new int[width];
    byte[] rgb = new byte[3 * width];
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, samples);
      lookUp(palette, samples, rgb);
      picture.rgb().put(3 * (picture.size().width() * (top + y) + left), rgb);
    }
  }

  private static void lookUp(IndexColorModel palette, int[] samples, byte[] rgb) {
    for (int i = 0; i < samples.length; i++) {
      int index = Math.min(samples[i], palette.getMapSize() - 1);
      rgb[3 * i] = (byte) palette.getRed(index);
      rgb[3 * i + 1] = (byte) palette.getGreen(index);
      rgb[3 * i + 2] = (byte) palette.getBlue(index);
    }
  }
}
