package dev.boxmill.job.scenes;

import java.awt.BasicStroke;
import java.awt.Shape;
import java.awt.geom.Arc2D;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Locale;

/**
 * What a scene can show. Outlines and markings lie in a square of side 1 around the origin, y
 * downwards.
 */
enum ObjectKind {
  BOX(
      0.06f,
      box(),
      line(-0.4, -0.28, 0.4, 0.28),
      line(-0.4, 0.28, 0.4, -0.28),
      new Rectangle2D.Double(-0.4, -0.28, 0.8, 0.56)),
  CUP(0.93f, cup(), line(-0.36, -0.3, 0.2, -0.3), line(-0.32, 0.1, 0.16, 0.1)),
  FISH(
      0.56f,
      fish(),
      new Ellipse2D.Double(-0.34, -0.1, 0.07, 0.07),
      arc(-0.4, -0.2, 0.24, 0.4, -60, 120),
      line(0.26, 0, 0.42, 0)),
  GEAR(0.75f, gear(), new Ellipse2D.Double(-0.25, -0.25, 0.5, 0.5)),
  LEAF(
      0.36f,
      leaf(),
      line(-0.46, 0, 0.44, 0),
      line(-0.15, 0, 0.05, -0.16),
      line(-0.15, 0, 0.05, 0.16),
      line(0.1, 0, 0.25, 0.1)),
  STAR(0.165f, star(0.5, 0.22), star(0.28, 0.12));

  private final float hue;
  private final Shape outline;
  private final List<Shape> markings;

  ObjectKind(float hue, Shape outline, Shape... markings) {
    this.hue = hue;
    this.outline = outline;
    this.markings = List.of(markings);
  }

  /** The middle of the kind's colours on the wheel from 0 to 1. */
  float hue() {
    return hue;
  }

  Shape outline() {
    return outline;
  }

  /** Lines drawn inside the outline. */
  List<Shape> markings() {
    return markings;
  }

  /** The category's name in the annotations. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The category's id in the annotations, counted from 1. */
  int id() {
    return ordinal() + 1;
  }

  private static Shape box() {
    return new Rectangle2D.Double(-0.5, -0.38, 1, 0.76);
  }

  private static Shape cup() {
    Path2D.Double body = new Path2D.Double();
    body.moveTo(-0.44, -0.45);
    body.lineTo(0.26, -0.45);
    body.lineTo(0.16, 0.45);
    body.lineTo(-0.34, 0.45);
    body.closePath();
    Shape handle =
        new BasicStroke(0.09f).createStrokedShape(new Ellipse2D.Double(0.02, -0.25, 0.42, 0.42));
    Area cup = new Area(body);
    cup.add(new Area(handle));
    return cup;
  }

  private static Shape fish() {
    Path2D.Double tail = new Path2D.Double();
    tail.moveTo(0.16, 0);
    tail.lineTo(0.5, -0.3);
    tail.quadTo(0.4, 0, 0.5, 0.3);
    tail.closePath();
    Area fish = new Area(new Ellipse2D.Double(-0.5, -0.26, 0.78, 0.52));
    fish.add(new Area(tail));
    return fish;
  }

  private static Shape gear() {
    Path2D.Double rim = new Path2D.Double();
    int teeth = 8;
    for (int corner = 0; corner < 4 * teeth; corner++) {
      double radius = corner % 4 < 2 ? 0.5 : 0.37;
      double angle = 2 * Math.PI * (corner + 0.5) / (4 * teeth);
      add(rim, radius, angle);
    }
    rim.closePath();
    Area gear = new Area(rim);
    gear.subtract(new Area(new Ellipse2D.Double(-0.14, -0.14, 0.28, 0.28)));
    return gear;
  }

  private static Shape leaf() {
    Path2D.Double leaf = new Path2D.Double();
    leaf.moveTo(-0.5, 0);
    leaf.quadTo(0.05, -0.56, 0.5, 0);
    leaf.quadTo(0.05, 0.56, -0.5, 0);
    leaf.closePath();
    return leaf;
  }

  private static Shape star(double outer, double inner) {
    Path2D.Double star = new Path2D.Double();
    for (int corner = 0; corner < 10; corner++) {
      add(star, corner % 2 == 0 ? outer : inner, Math.PI * corner / 5 - Math.PI / 2);
    }
    star.closePath();
    return star;
  }

  private static Shape line(double x0, double y0, double x1, double y1) {
    return new Line2D.Double(x0, y0, x1, y1);
  }

  private static Shape arc(
      double x, double y, double width, double height, double start, double extent) {
    return new Arc2D.Double(x, y, width, height, start, extent, Arc2D.OPEN);
  }

  private static void add(Path2D path, double radius, double angle) {
    double x = radius * Math.cos(angle);
    double y = radius * Math.sin(angle);
    if (path.getCurrentPoint() == null) {
      path.moveTo(x, y);
      return;
    }
    path.lineTo(x, y);
  }
}
