package dev.boxmill.job.preview;

import dev.boxmill.job.preview.ShownBox.Layers;
import dev.boxmill.schemas.ImageSize;
import java.util.List;

/**
 * A picture on a page with its boxes, the best first.
 *
 * @param remark what to say of it beside its name; may be blank
 */
record ShownImage(String uri, ImageSize size, String remark, List<ShownBox> boxes) {

  ShownImage {
    boxes = List.copyOf(boxes);
  }

  static ShownImage of(SampledImage image, Layers layers) {
    return new ShownImage(
        image.uri(),
        image.size(),
        "",
        image.boxes().stream().map(box -> ShownBox.of(box, layers)).toList());
  }

  /** What people call it: the last part of its address. */
  String name() {
    return SampledImage.lastPart(uri);
  }
}
