package dev.boxmill.job.evaluate;

import dev.boxmill.job.evaluate.AnnotationWarnings.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What people drew in an annotation tool, as its own export has it: images by name, boxes in pixels
 * with the class by name.
 */
final class ToolAnnotations {

  /**
   * An image.
   *
   * @param name path or file name
   * @param width in pixels; 0 if the export doesn't tell
   * @param height in pixels; 0 if the export doesn't tell
   */
  record ToolImage(String name, int width, int height, List<ToolBox> boxes) {

    ToolImage {
      boxes = List.copyOf(boxes);
    }
  }

  /** A box in pixels. */
  record ToolBox(String label, double x, double y, double width, double height) {

    /**
     * The upright box around points.
     *
     * @param points x, y, x, y, …
     */
    static ToolBox around(String label, List<Double> points) {
      double left = Double.POSITIVE_INFINITY;
      double top = Double.POSITIVE_INFINITY;
      double right = Double.NEGATIVE_INFINITY;
      double bottom = Double.NEGATIVE_INFINITY;
      for (int i = 0; i + 1 < points.size(); i += 2) {
        left = Math.min(left, points.get(i));
        right = Math.max(right, points.get(i));
        top = Math.min(top, points.get(i + 1));
        bottom = Math.max(bottom, points.get(i + 1));
      }
      return new ToolBox(label, left, top, right - left, bottom - top);
    }

    /** The upright box around it, turned by degrees about a point. */
    ToolBox turned(double degrees, double aboutX, double aboutY) {
      double cosine = Math.cos(Math.toRadians(degrees));
      double sine = Math.sin(Math.toRadians(degrees));
      List<Double> points = new ArrayList<>();
      for (double across : new double[] {x, x + width}) {
        for (double down : new double[] {y, y + height}) {
          points.add(aboutX + cosine * (across - aboutX) - sine * (down - aboutY));
          points.add(aboutY + sine * (across - aboutX) + cosine * (down - aboutY));
        }
      }
      return around(label, points);
    }
  }

  private final Set<String> classes = new LinkedHashSet<>();
  private final List<ToolImage> images = new ArrayList<>();
  private final Map<Kind, Integer> findings = new EnumMap<>(Kind.class);

  /** Names a class that there is, with or without objects. */
  void addClass(String name) {
    classes.add(name);
  }

  void add(ToolImage image) {
    images.add(image);
    image.boxes().forEach(box -> addClass(box.label()));
  }

  /** Counts something odd. */
  void find(Kind kind) {
    findings.merge(kind, 1, Integer::sum);
  }

  List<String> classes() {
    return List.copyOf(classes);
  }

  List<ToolImage> images() {
    return List.copyOf(images);
  }

  Map<Kind, Integer> findings() {
    return findings;
  }
}
