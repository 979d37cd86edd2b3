package dev.boxmill.refiners.boxes;

import dev.boxmill.refiners.spi.ImageRefiner;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.util.List;

/**
 * Cuts boxes at the image's border and drops those of which too little is left; a box with no part
 * inside the image always goes.
 *
 * @param minSize least width and least height in pixels of the original image
 */
record ClipRefiner(double minSize) implements ImageRefiner {

  @Override
  public List<Detection> refine(ImageSize size, List<Detection> detections) {
    return detections.stream()
        .filter(detection -> touchesImage(detection.box()))
        .map(detection -> detection.withBox(clipped(detection.box())))
        .filter(detection -> isLargeEnough(detection.box(), size))
        .toList();
  }

  private static boolean touchesImage(Box box) {
    return Math.abs(box.cx() - 0.5f) <= (1 + box.width()) / 2
        && Math.abs(box.cy() - 0.5f) <= (1 + box.height()) / 2;
  }

  private static Box clipped(Box box) {
    Span across = Span.clipped(box.cx(), box.width());
    Span down = Span.clipped(box.cy(), box.height());
    return new Box(across.center(), down.center(), across.length(), down.length());
  }

  private boolean isLargeEnough(Box box, ImageSize size) {
    return box.width() * size.width() >= minSize && box.height() * size.height() >= minSize;
  }

  /** One side of a box: where its middle lies and how long it is, as shares of the image's side. */
  private record Span(float center, float length) {

    static Span clipped(float center, float length) {
      float start = center - length / 2;
      float end = center + length / 2;
      if (start >= 0 && end <= 1) {
        return new Span(center, length);
      }
      float from = Math.min(1, Math.max(0, start));
      float to = Math.max(0, Math.min(1, end));
      return within((from + to) / 2, Math.max(0, to - from));
    }

    /** Rounding may push the end over the border by one step of a float: take it back. */
    private static Span within(float center, float length) {
      float shorter = length;
      while (center + shorter / 2 > 1) {
        shorter = Math.nextDown(shorter);
      }
      return new Span(center, shorter);
    }
  }
}
