package dev.boxmill.job.preview;

import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelledBox;
import java.util.List;

/** A labelled row of the table, chosen for the page. */
record SampledImage(String uri, ImageSize size, List<LabelledBox> boxes) {

  SampledImage {
    boxes = List.copyOf(boxes);
  }

  /** What people call it: the last part of its address. */
  String name() {
    return lastPart(uri);
  }

  static String lastPart(String uri) {
    String trimmed = uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
    String name = trimmed.substring(trimmed.lastIndexOf('/') + 1);
    return name.isEmpty() ? uri : name;
  }
}
