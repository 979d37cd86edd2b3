package dev.boxmill.job.preview;

import dev.boxmill.image.Jpeg;
import dev.boxmill.image.Picture;
import dev.boxmill.schemas.ImageSize;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;

/**
 * Scales a picture down and encodes it: first by averaging to at most four times the size asked
 * for, then smoothly to it.
 */
final class SmallJpeg {
  private static final float QUALITY = 0.8f;

  private SmallJpeg() {}

  /** What a picture of that size becomes: no side longer than {@code edge}, never enlarged. */
  static ImageSize size(ImageSize whole, int edge) {
    double scale = Math.min(1, (double) edge / Math.max(whole.width(), whole.height()));
    return new ImageSize(
        (int) Math.max(1, Math.round(whole.width() * scale)),
        (int) Math.max(1, Math.round(whole.height() * scale)));
  }

  /**
   * The picture as a JPEG in base 64, as large as {@link #size} says.
   *
   * @param picture perhaps decoded at a fraction of its size
   * @param whole its size in full
   */
  static String of(Picture picture, ImageSize whole, int edge) {
    int longest = Math.max(picture.size().width(), picture.size().height());
    BufferedImage averaged = averaged(picture, Math.max(1, longest / (2 * edge)));
    ImageSize small = size(whole, edge);
    return Base64.getEncoder()
        .encodeToString(jpeg(scaled(averaged, small.width(), small.height())));
  }

  private static byte[] jpeg(BufferedImage picture) {
    try {
      return Jpeg.encode(picture, QUALITY);
    } catch (IOException impossible) {
      throw new UncheckedIOException("Cannot encode a picture in memory", impossible);
    }
  }

  /** Each pixel is the mean of a square of {@code side} pixels; fewer at the right and bottom. */
  private static BufferedImage averaged(Picture picture, int side) {
    int width = (picture.size().width() + side - 1) / side;
    int height = (picture.size().height() + side - 1) / side;
    BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        small.setRGB(x, y, mean(picture, x * side, y * side, side));
      }
    }
    return small;
  }

  private static int mean(Picture picture, int left, int top, int side) {
    int right = Math.min(picture.size().width(), left + side);
    int bottom = Math.min(picture.size().height(), top + side);
    long red = 0;
    long green = 0;
    long blue = 0;
    for (int y = top; y < bottom; y++) {
      int at = 3 * (y * picture.size().width() + left);
      for (int x = left; x < right; x++, at += 3) {
        red += picture.rgb().get(at) & 0xFF;
        green += picture.rgb().get(at + 1) & 0xFF;
        blue += picture.rgb().get(at + 2) & 0xFF;
      }
    }
    long count = (long) (right - left) * (bottom - top);
    return (int) (((red / count) << 16) | ((green / count) << 8) | (blue / count));
  }

  private static BufferedImage scaled(BufferedImage picture, int width, int height) {
    BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = small.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(picture, 0, 0, width, height, null);
    graphics.dispose();
    return small;
  }
}
