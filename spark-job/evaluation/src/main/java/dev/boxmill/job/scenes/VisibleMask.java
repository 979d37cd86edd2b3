package dev.boxmill.job.scenes;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.ArrayList;
import java.util.List;

/**
 * Which object each pixel shows, to find what the objects drawn later leave visible of the earlier
 * ones.
 */
final class VisibleMask {
  private static final double LEAST_VISIBLE = 0.5;

  private final int width;
  private final int height;
  private final List<PlacedObject> objects;
  private final List<Integer> drawnPixels = new ArrayList<>();
  private final int[] pixels;

  VisibleMask(int width, int height, List<PlacedObject> objects) {
    this.width = width;
    this.height = height;
    this.objects = objects;
    BufferedImage mask = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    pixels = ((DataBufferInt) mask.getRaster().getDataBuffer()).getData();
    Graphics2D graphics = mask.createGraphics();
    for (PlacedObject object : objects) {
      graphics.setColor(new Color(drawnPixels.size() + 1));
      graphics.fill(object.shape());
      graphics.setStroke(object.stroke());
      graphics.draw(object.shape());
      drawnPixels.add(extent(drawnPixels.size()).pixels());
    }
    graphics.dispose();
  }

  /** Whether at least half of every object can be seen. */
  boolean showsAll() {
    for (int i = 0; i < objects.size(); i++) {
      int drawn = drawnPixels.get(i);
      if (drawn == 0 || extent(i).pixels() < LEAST_VISIBLE * drawn) {
        return false;
      }
    }
    return true;
  }

  List<LabelledObject> labels() {
    List<LabelledObject> labels = new ArrayList<>();
    for (int i = 0; i < objects.size(); i++) {
      Extent extent = extent(i);
      labels.add(
          new LabelledObject(
              objects.get(i).kind(), tight(objects.get(i).bounds(), extent), extent.pixels()));
    }
    return labels;
  }

  /** The outline's own box, exact to a fraction of a pixel, moved in where the mask shows less. */
  private Rectangle2D.Double tight(Rectangle2D.Double outline, Extent extent) {
    double xMin = side(outline.getMinX(), extent.xMin(), width);
    double yMin = side(outline.getMinY(), extent.yMin(), height);
    double xMax = side(outline.getMaxX(), extent.xMax() + 1, width);
    double yMax = side(outline.getMaxY(), extent.yMax() + 1, height);
    return new Rectangle2D.Double(xMin, yMin, xMax - xMin, yMax - yMin);
  }

  private static double side(double outline, int visible, int limit) {
    double nearest = Math.abs(outline - visible) <= 1 ? outline : visible;
    return Math.max(0, Math.min(limit, nearest));
  }

  private Extent extent(int object) {
    Rectangle2D.Double box = objects.get(object).bounds();
    Extent extent = new Extent(width, height, -1, -1, 0);
    for (int y = Math.max(0, (int) box.getMinY() - 1);
        y < Math.min(height, box.getMaxY() + 1);
        y++) {
      for (int x = Math.max(0, (int) box.getMinX() - 1);
          x < Math.min(width, box.getMaxX() + 1);
          x++) {
        if ((pixels[y * width + x] & 0xFFFFFF) == object + 1) {
          extent = extent.with(x, y);
        }
      }
    }
    return extent;
  }

  private record Extent(int xMin, int yMin, int xMax, int yMax, int pixels) {
    Extent with(int x, int y) {
      return new Extent(
          Math.min(xMin, x), Math.min(yMin, y), Math.max(xMax, x), Math.max(yMax, y), pixels + 1);
    }
  }
}
