package dev.boxmill.job.tiles;

import dev.boxmill.schemas.Corners;

/** How much of each other two boxes cover, as SAHI names it. */
public enum Overlap {
  /** Intersection over union. */
  IOU {
    @Override
    float denominator(float first, float second, float intersection) {
      return first + second - intersection;
    }

    @Override
    double denominator(double first, double second, double intersection) {
      return first + second - intersection;
    }
  },

  /** Intersection over the smaller box. */
  IOS {
    @Override
    float denominator(float first, float second, float intersection) {
      return Math.min(first, second);
    }

    @Override
    double denominator(double first, double second, double intersection) {
      return Math.min(first, second);
    }
  };

  abstract float denominator(float first, float second, float intersection);

  abstract double denominator(double first, double second, double intersection);

  /** In float32, as SAHI compares boxes of its detector; 0 for boxes without area. */
  float of(Corners a, Corners b) {
    float width = Math.min(a.xMax(), b.xMax()) - Math.max(a.xMin(), b.xMin());
    float height = Math.min(a.yMax(), b.yMax()) - Math.max(a.yMin(), b.yMin());
    float intersection = Math.max(0, width) * Math.max(0, height);
    float denominator = denominator(floatArea(a), floatArea(b), intersection);
    return denominator > 0 ? intersection / denominator : 0;
  }

  /** In float64, as SAHI compares boxes that it is about to merge; no number without area. */
  double exactly(Corners a, Corners b) {
    double width = Math.min(a.xMax(), b.xMax()) - (double) Math.max(a.xMin(), b.xMin());
    double height = Math.min(a.yMax(), b.yMax()) - (double) Math.max(a.yMin(), b.yMin());
    double intersection = Math.max(0, width) * Math.max(0, height);
    return intersection / denominator(area(a), area(b), intersection);
  }

  private static float floatArea(Corners box) {
    return (box.xMax() - box.xMin()) * (box.yMax() - box.yMin());
  }

  private static double area(Corners box) {
    return ((double) box.xMax() - box.xMin()) * ((double) box.yMax() - box.yMin());
  }
}
