package dev.boxmill.job.scenes;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws scene number {@code index} of a seed: always the same picture, however many others are
 * drawn.
 */
final class SceneDrawer {
  private final SceneKind kind;
  private final long seed;

  SceneDrawer(SceneKind kind, long seed) {
    this.kind = kind;
    this.seed = seed;
  }

  Scene draw(int index) {
    SplittableRandom random = new SplittableRandom(scrambled(scrambled(seed) ^ index));
    int width = kind.width(random);
    int height = kind.height(random, width);
    VisibleMask mask;
    List<PlacedObject> objects;
    do {
      objects = new Layout(random, kind, width, height).place();
      mask = new VisibleMask(width, height, objects);
    } while (!mask.showsAll());
    BufferedImage painted = paint(random, width, height, objects);
    return new Scene(new Camera(random).shoot(painted), mask.labels());
  }

  private static BufferedImage paint(
      SplittableRandom random, int width, int height, List<PlacedObject> objects) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    new Backdrop(random, graphics, width, height).paint();
    double shadow = random.nextDouble(0, 0.05);
    for (PlacedObject object : objects) {
      paintShadow(graphics, object, shadow);
      paintObject(graphics, object);
    }
    graphics.dispose();
    return picture;
  }

  private static void paintShadow(Graphics2D graphics, PlacedObject object, double distance) {
    Rectangle2D.Double box = object.bounds();
    double offset = distance * Math.max(box.width, box.height);
    graphics.setColor(new Color(0, 0, 0, 70));
    graphics.fill(
        AffineTransform.getTranslateInstance(offset, offset)
            .createTransformedShape(object.shape()));
  }

  private static void paintObject(Graphics2D graphics, PlacedObject object) {
    Rectangle2D.Double box = object.bounds();
    float right = (float) box.getMaxX();
    float bottom = (float) box.getMaxY();
    Shape shape = object.shape();
    graphics.setPaint(
        new GradientPaint(
            (float) box.x, (float) box.y, object.body(), right, bottom, object.shade()));
    graphics.fill(shape);
    graphics.setColor(object.shade().darker());
    graphics.setStroke(
        new BasicStroke(Math.max(1, object.rim()), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    for (Shape marking : object.kind().markings()) {
      graphics.draw(object.pose().createTransformedShape(marking));
    }
    graphics.setStroke(object.stroke());
    graphics.setColor(object.shade().darker().darker());
    graphics.draw(shape);
  }

  /**
   * Stafford's thirteenth variant of the 64-bit finaliser of MurmurHash3: neighboring seeds share
   * no sequence.
   */
  private static long scrambled(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
