package dev.boxmill.job.scenes;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RadialGradientPaint;
import java.awt.image.BufferedImage;
import java.awt.image.ConvolveOp;
import java.awt.image.DataBufferInt;
import java.awt.image.Kernel;
import java.util.SplittableRandom;

/**
 * What light and lens do to a painted scene: a spot of light or shade, blur, exposure and grain.
 */
final class Camera {
  private final SplittableRandom random;

  Camera(SplittableRandom random) {
    this.random = random;
  }

  BufferedImage shoot(BufferedImage painted) {
    light(painted);
    BufferedImage picture = random.nextInt(3) == 0 ? blurred(painted) : painted;
    expose(picture);
    return picture;
  }

  private void light(BufferedImage picture) {
    float reach = Math.max(picture.getWidth(), picture.getHeight()) * random.nextFloat(0.6f, 1.2f);
    float x = random.nextFloat() * picture.getWidth();
    float y = random.nextFloat() * picture.getHeight();
    Color centre = new Color(255, 250, 230, random.nextInt(70));
    Color edge = new Color(0, 0, 20, random.nextInt(110));
    Graphics2D graphics = picture.createGraphics();
    graphics.setPaint(
        new RadialGradientPaint(x, y, reach, new float[] {0, 1}, new Color[] {centre, edge}));
    graphics.fillRect(0, 0, picture.getWidth(), picture.getHeight());
    graphics.dispose();
  }

  private BufferedImage blurred(BufferedImage picture) {
    float side = random.nextFloat(0.15f, 0.33f);
    float middle = 1 - 2 * side;
    float corner = side * side;
    float edge = side * middle;
    float[] weights = {corner, edge, corner, edge, middle * middle, edge, corner, edge, corner};
    return new ConvolveOp(new Kernel(3, 3, weights), ConvolveOp.EDGE_NO_OP, null)
        .filter(picture, null);
  }

  /** Scales brightness and adds grain whose values are sums of two uniform ones. */
  private void expose(BufferedImage picture) {
    int gain = random.nextInt(205, 308);
    int grain = random.nextInt(1, 24);
    int[] pixels = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < pixels.length; i++) {
      long bits = random.nextLong();
      int red = exposed(pixels[i] >> 16, gain, grain, bits);
      int green = exposed(pixels[i] >> 8, gain, grain, bits >> 16);
      int blue = exposed(pixels[i], gain, grain, bits >> 32);
      pixels[i] = red << 16 | green << 8 | blue;
    }
  }

  private static int exposed(int value, int gain, int grain, long bits) {
    int noise = (int) (bits & 0xFF) + (int) (bits >> 8 & 0xFF) - 255;
    int lit = ((value & 0xFF) * gain + noise * grain) >> 8;
    return Math.max(0, Math.min(255, lit));
  }
}
