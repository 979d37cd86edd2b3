package dev.boxmill.job.export;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * FiftyOne's own form of image detections ({@code FiftyOneImageDetectionDataset}): {@code
 * labels.json} with relative boxes {@code [x, y, width, height]} and confidences, and {@code
 * data.json}, which says where each image lies. Both go by the images' numbers: of a name FiftyOne
 * would cut the extension in one of the two.
 */
final class FiftyOneWriter implements ExportWriter {

  static final String LABELS = "labels.json";

  private static final String DATA = "data.json";

  /** A hundred-millionth of a side: a thousandth of a pixel in an image of 100,000. */
  private static final double STEPS = 1e8;

  private final ExportCategories categories;
  private final ImageAddresses addresses;
  private final JsonGenerator labels;
  private final JsonGenerator data;

  FiftyOneWriter(ExportFiles files, ExportContext context) throws IOException {
    this.categories = context.categories();
    this.addresses = context.addresses();
    this.labels = ExportJson.generator(files.create(LABELS));
    this.data = ExportJson.generator(files.create(DATA));
    data.writeStartObject();
    labels.writeStartObject();
    writeClasses();
    labels.writeObjectFieldStart("labels");
  }

  private void writeClasses() throws IOException {
    labels.writeArrayFieldStart("classes");
    for (ExportCategories.Category category : categories.all()) {
      labels.writeString(category.name());
    }
    labels.writeEndArray();
  }

  @Override
  public void write(ExportedImage image) throws IOException {
    String key = String.valueOf(image.number());
    data.writeStringField(key, addresses.path(image.uri()));
    labels.writeArrayFieldStart(key);
    for (ExportedBox box : image.boxes()) {
      writeBox(image, box);
    }
    labels.writeEndArray();
  }

  private void writeBox(ExportedImage image, ExportedBox box) throws IOException {
    labels.writeStartObject();
    labels.writeStringField("label", box.category().name());
    labels.writeArrayFieldStart("bounding_box");
    labels.writeNumber(relative(box.xMin(), image.size().width()));
    labels.writeNumber(relative(box.yMin(), image.size().height()));
    labels.writeNumber(relative(box.width(), image.size().width()));
    labels.writeNumber(relative(box.height(), image.size().height()));
    labels.writeEndArray();
    labels.writeNumberField("confidence", box.score());
    labels.writeEndObject();
  }

  private static double relative(double pixels, int side) {
    return Math.round(pixels / side * STEPS) / STEPS;
  }

  @Override
  public void finish() throws IOException {
    labels.writeEndObject();
    labels.writeEndObject();
    data.writeEndObject();
    close();
  }

  @Override
  public void close() throws IOException {
    try (labels) {
      data.close();
    }
  }
}
