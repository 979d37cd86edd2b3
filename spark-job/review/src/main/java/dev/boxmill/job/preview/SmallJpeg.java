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

  /** The picture as a JPEG in base 64, no side longer than {@code edge}; never enlarged. */
  static String of(Picture picture, int edge) {
    ImageSize size = picture.size();
    int longest = Math.max(size.width(), size.height());
    BufferedImage averaged = averaged(picture, Math.max(1, longest / (2 * edge)));
    double scale = Math.min(1, (double) edge / longest);
    int width = (int) Math.max(1, Math.round(size.width() * scale));
    int height = (int) Math.max(1, Math.round(size.height() * scale));
    return Base64.getEncoder().encodeToString(jpeg(scaled(averaged, width, height)));
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
