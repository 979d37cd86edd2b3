package dev.boxmill.job.scenes;

import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/** The text of a COCO annotation file, gathered scene by scene. Names here need no escaping. */
final class CocoAnnotations {
  private final List<String> images = new ArrayList<>();
  private final List<String> annotations = new ArrayList<>();

  void add(String fileName, int width, int height, List<LabelledObject> objects) {
    int imageId = images.size() + 1;
    images.add(
        "{\"id\":%d,\"file_name\":\"%s\",\"width\":%d,\"height\":%d}"
            .formatted(imageId, fileName, width, height));
    for (LabelledObject object : objects) {
      annotations.add(annotation(imageId, object));
    }
  }

  String json() {
    List<String> categories = new ArrayList<>();
    for (ObjectKind kind : ObjectKind.values()) {
      categories.add("{\"id\":%d,\"name\":\"%s\"}".formatted(kind.id(), kind.label()));
    }
    return "{\"images\":"
        + array(images)
        + ",\n\"annotations\":"
        + array(annotations)
        + ",\n\"categories\":"
        + array(categories)
        + "}\n";
  }

  private String annotation(int imageId, LabelledObject object) {
    Rectangle2D.Double box = object.box();
    String corner = hundredths(box.x) + "," + hundredths(box.y);
    String size = hundredths(box.width) + "," + hundredths(box.height);
    return "{\"id\":%d,\"image_id\":%d,\"category_id\":%d,\"bbox\":[%s,%s],\"area\":%d,\"iscrowd\":0}"
        .formatted(
            annotations.size() + 1,
            imageId,
            object.kind().id(),
            corner,
            size,
            object.visiblePixels());
  }

  /** Rounded down, so that x + width stays inside the picture. */
  private static double hundredths(double pixels) {
    return Math.floor(pixels * 100) / 100;
  }

  private static String array(List<String> elements) {
    return "[\n" + String.join(",\n", elements) + "\n]";
  }
}
