package dev.boxmill.job.scenes;

import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Polygon;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.SplittableRandom;

/** Paints a textured background in muted colours. */
final class Backdrop {
  private enum Texture {
    PLAIN,
    STRIPES,
    CHECKS,
    DOTS,
    PLANKS,
    SCRAPS
  }

  private final SplittableRandom random;
  private final Graphics2D graphics;
  private final int width;
  private final int height;

  Backdrop(SplittableRandom random, Graphics2D graphics, int width, int height) {
    this.random = random;
    this.graphics = graphics;
    this.width = width;
    this.height = height;
  }

  void paint() {
    graphics.setPaint(
        new GradientPaint(0, 0, muted(255), random.nextInt(width), height, muted(255)));
    graphics.fillRect(0, 0, width, height);
    clouds(3 + random.nextInt(4), 0.45f);
    paint(Texture.values()[random.nextInt(Texture.values().length)]);
    clouds(12 + random.nextInt(40), random.nextFloat(0.1f, 0.35f));
  }

  private void paint(Texture texture) {
    switch (texture) {
      case PLAIN -> {}
      case STRIPES -> stripes();
      case CHECKS -> checks();
      case DOTS -> dots();
      case PLANKS -> planks();
      case SCRAPS -> scraps();
    }
  }

  /** Value noise: a grid of random colours, magnified smoothly over the picture. */
  private void clouds(int cells, float strength) {
    BufferedImage grid = new BufferedImage(cells, cells, BufferedImage.TYPE_INT_RGB);
    int[] pixels = ((DataBufferInt) grid.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = muted(255).getRGB();
    }
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.setComposite(AlphaComposite.getInstance(AlphaComposite.SRC_OVER, strength));
    graphics.drawImage(grid, 0, 0, width, height, null);
    graphics.setComposite(AlphaComposite.SrcOver);
  }

  private void stripes() {
    double step = random.nextDouble(8, 40);
    double slant = random.nextDouble(-1, 1) * height;
    graphics.setColor(muted(110));
    graphics.setStroke(new BasicStroke((float) (step * random.nextDouble(0.2, 0.6))));
    for (double x = -height; x < width + height; x += step) {
      graphics.draw(new Line2D.Double(x, 0, x + slant, height));
    }
  }

  private void checks() {
    double side = random.nextDouble(10, 45);
    graphics.setColor(muted(110));
    for (int row = 0; row * side < height; row++) {
      for (int column = row % 2; column * side < width; column += 2) {
        graphics.fill(new Rectangle2D.Double(column * side, row * side, side, side));
      }
    }
  }

  private void dots() {
    double step = random.nextDouble(10, 36);
    double radius = step * random.nextDouble(0.12, 0.36);
    graphics.setColor(muted(130));
    for (double y = step / 2; y < height + radius; y += step) {
      for (double x = step / 2; x < width + radius; x += step) {
        graphics.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
      }
    }
  }

  private void planks() {
    double board = random.nextDouble(20, 60);
    for (double y = 0; y < height; y += board) {
      graphics.setColor(muted(90));
      graphics.fill(new Rectangle2D.Double(0, y, width, board));
      graphics.setColor(new Color(20, 15, 10, 90));
      graphics.fill(new Rectangle2D.Double(0, y, width, 1.5));
      for (double x = random.nextDouble() * width; x < width; x += random.nextDouble(60, 200)) {
        graphics.fill(new Rectangle2D.Double(x, y, 1.5, board));
      }
    }
  }

  /** Torn triangles and lines: what is no object, but has edges like one. */
  private void scraps() {
    int count = 4 + random.nextInt(12);
    for (int scrap = 0; scrap < count; scrap++) {
      int x = random.nextInt(width);
      int y = random.nextInt(height);
      Polygon triangle = new Polygon();
      for (int corner = 0; corner < 3; corner++) {
        triangle.addPoint(x + random.nextInt(-30, 31), y + random.nextInt(-30, 31));
      }
      graphics.setColor(muted(150));
      graphics.fillPolygon(triangle);
      graphics.setStroke(new BasicStroke(random.nextFloat(1, 4)));
      graphics.draw(new Line2D.Double(x, y, random.nextInt(width), random.nextInt(height)));
    }
  }

  private Color muted(int alpha) {
    int rgb =
        Color.HSBtoRGB(
            random.nextFloat(), random.nextFloat() * 0.4f, random.nextFloat(0.15f, 0.95f));
    return new Color((alpha << 24) | (rgb & 0xFFFFFF), true);
  }
}
