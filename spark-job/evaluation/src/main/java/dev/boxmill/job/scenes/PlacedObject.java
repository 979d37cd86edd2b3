package dev.boxmill.job.scenes;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;

/**
 * An object where it lies in a scene.
 *
 * @param pose from the kind's unit square to pixels
 * @param rim width of the dark outline in pixels, half of it outside of the shape
 * @param body colour at the object's lit end
 * @param shade colour at its dark end and of its markings
 */
record PlacedObject(ObjectKind kind, AffineTransform pose, float rim, Color body, Color shade) {
  private static final double FLATNESS_PIXELS = 0.05;

  Shape shape() {
    return pose.createTransformedShape(kind.outline());
  }

  /**
   * A round join makes the stroked outline the shape grown by half the rim, so that {@link #bounds}
   * is exact.
   */
  BasicStroke stroke() {
    return new BasicStroke(rim, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  }

  /**
   * The tight box around shape and rim, in pixels; {@code Shape.getBounds2D} would count control
   * points of curves.
   */
  Rectangle2D.Double bounds() {
    double xMin = Double.POSITIVE_INFINITY;
    double yMin = Double.POSITIVE_INFINITY;
    double xMax = Double.NEGATIVE_INFINITY;
    double yMax = Double.NEGATIVE_INFINITY;
    double[] point = new double[6];
    for (PathIterator path = shape().getPathIterator(null, FLATNESS_PIXELS);
        !path.isDone();
        path.next()) {
      if (path.currentSegment(point) == PathIterator.SEG_CLOSE) {
        continue;
      }
      xMin = Math.min(xMin, point[0]);
      yMin = Math.min(yMin, point[1]);
      xMax = Math.max(xMax, point[0]);
      yMax = Math.max(yMax, point[1]);
    }
    return new Rectangle2D.Double(
        xMin - rim / 2, yMin - rim / 2, xMax - xMin + rim, yMax - yMin + rim);
  }
}
