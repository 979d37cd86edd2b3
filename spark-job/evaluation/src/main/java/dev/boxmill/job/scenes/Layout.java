package dev.boxmill.job.scenes;

import java.awt.Color;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Chooses objects and finds places for them where none hides much of another. */
final class Layout {
  private static final int TRIES_PER_OBJECT = 20;

  /** How much of an object's box other boxes may cover together. */
  private static final double MOST_COVERED = 0.3;

  /**
   * How much of an object may lie beyond the picture's border, for the few that are let across it.
   */
  private static final double MOST_BEYOND = 0.15;

  private final SplittableRandom random;
  private final SceneKind kind;
  private final int width;
  private final int height;

  Layout(SplittableRandom random, SceneKind kind, int width, int height) {
    this.random = random;
    this.kind = kind;
    this.width = width;
    this.height = height;
  }

  /** At least one object, in drawing order. */
  List<PlacedObject> place() {
    int wanted = kind.fewest() + random.nextInt(kind.most() - kind.fewest() + 1);
    List<PlacedObject> placed = new ArrayList<>();
    for (int attempt = 0;
        attempt < wanted * TRIES_PER_OBJECT && placed.size() < wanted;
        attempt++) {
      PlacedObject candidate = candidate();
      if (fits(candidate, placed)) {
        placed.add(candidate);
      }
    }
    return placed.isEmpty() ? place() : placed;
  }

  private PlacedObject candidate() {
    ObjectKind what = ObjectKind.values()[random.nextInt(ObjectKind.values().length)];
    double size = kind.objectSize(random.nextDouble(), Math.sqrt(width * (double) height));
    double stretch = random.nextDouble(0.85, 1.18);
    AffineTransform pose = new AffineTransform();
    pose.translate(random.nextDouble() * width, random.nextDouble() * height);
    pose.rotate(random.nextDouble() * 2 * Math.PI);
    pose.scale(size * stretch * (random.nextBoolean() ? 1 : -1), size / stretch);
    float hue = what.hue() + random.nextFloat(-0.05f, 0.05f);
    float saturation = random.nextFloat(0.45f, 1f);
    float brightness = random.nextFloat(0.55f, 1f);
    Color body = Color.getHSBColor(hue, saturation, brightness);
    Color shade =
        Color.getHSBColor(hue + random.nextFloat(-0.08f, 0.08f), saturation, brightness * 0.55f);
    float rim = (float) (size * random.nextDouble(0.015, 0.045));
    return new PlacedObject(what, pose, rim, body, shade);
  }

  private boolean fits(PlacedObject candidate, List<PlacedObject> placed) {
    List<Rectangle2D.Double> boxes = new ArrayList<>();
    placed.forEach(object -> boxes.add(object.bounds()));
    boxes.add(candidate.bounds());
    double beyond = random.nextInt(8) == 0 ? MOST_BEYOND : 0;
    Rectangle2D picture = new Rectangle2D.Double(0, 0, width, height);
    Rectangle2D.Double box = boxes.get(placed.size());
    return covered(box, picture) >= 1 - beyond
        && boxes.stream().allMatch(each -> openEnough(each, boxes));
  }

  @SuppressWarnings("ReferenceEquality")
  private static boolean openEnough(Rectangle2D.Double box, List<Rectangle2D.Double> boxes) {
    double sum = 0;
    for (Rectangle2D.Double other : boxes) {
      sum += other == box ? 0 : covered(box, other);
    }
    return sum <= MOST_COVERED;
  }

  /** The part of {@code box} that lies inside {@code other}, from 0 to 1. */
  private static double covered(Rectangle2D box, Rectangle2D other) {
    Rectangle2D both = box.createIntersection(other);
    if (both.getWidth() <= 0 || both.getHeight() <= 0) {
      return 0;
    }
    return both.getWidth() * both.getHeight() / (box.getWidth() * box.getHeight());
  }
}
