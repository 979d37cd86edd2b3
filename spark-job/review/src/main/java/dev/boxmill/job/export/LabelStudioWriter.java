package dev.boxmill.job.export;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.TriageColumn;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Label Studio's tasks with a prediction each; boxes are in percent of the image. A triage's
 * priority is data of the task, by which its people can order them. Beside them, with the extension
 * {@code .config.xml}, lies the labeling interface that the predictions belong to.
 */
final class LabelStudioWriter implements ExportWriter {

  private static final String FROM = "label";
  private static final String TO = "image";
  private static final String CONFIG = ".config.xml";
  private static final String PRIORITY = TriageColumn.REVIEW_PRIORITY.columnName();

  /** Decimals of a percentage: a millionth is a thousandth of a pixel in an image of 100,000. */
  private static final double STEPS_PER_PERCENT = 1e6;

  private final ImageAddresses addresses;
  private final JsonGenerator file;

  LabelStudioWriter(ExportFiles files, ExportContext context) throws IOException {
    this.addresses = context.addresses();
    try (OutputStream config = files.beside(CONFIG)) {
      writeConfig(
          new XmlText(config),
          context.categories().all().stream().map(ExportCategories.Category::name).toList());
    }
    this.file = ExportJson.generator(files.file());
    file.writeStartArray();
  }

  /** Without an XML declaration, which Label Studio refuses in the text that it is given. */
  static void writeConfig(XmlText xml, List<String> categories) throws IOException {
    xml.start("View");
    xml.empty("Image", "name", TO, "value", "$image");
    xml.start("RectangleLabels", "name", FROM, "toName", TO);
    for (String category : categories) {
      xml.empty("Label", "value", category);
    }
    xml.end();
    xml.end();
    xml.finish();
  }

  @Override
  public void write(ExportedImage image) throws IOException {
    file.writeStartObject();
    file.writeObjectFieldStart("data");
    file.writeStringField("image", addresses.url(image.uri()));
    if (image.reviewPriority().isPresent()) {
      file.writeNumberField(PRIORITY, image.reviewPriority().getAsDouble());
    }
    file.writeEndObject();
    file.writeArrayFieldStart("predictions");
    file.writeStartObject();
    file.writeStringField("model_version", image.made());
    if (!image.boxes().isEmpty()) {
      file.writeNumberField("score", image.boxes().get(0).score());
    }
    file.writeArrayFieldStart("result");
    int number = 0;
    for (ExportedBox box : image.boxes()) {
      writeBox(file, image.size(), box, image.number() + "-" + ++number);
    }
    file.writeEndArray();
    file.writeEndObject();
    file.writeEndArray();
    file.writeEndObject();
  }

  /** Writes a box of a task's prediction or annotation. */
  static void writeBox(JsonGenerator file, ImageSize size, ExportedBox box, String id)
      throws IOException {
    file.writeStartObject();
    file.writeStringField("id", id);
    file.writeStringField("type", "rectanglelabels");
    file.writeStringField("from_name", FROM);
    file.writeStringField("to_name", TO);
    file.writeNumberField("original_width", size.width());
    file.writeNumberField("original_height", size.height());
    file.writeNumberField("image_rotation", 0);
    file.writeNumberField("score", box.score());
    file.writeObjectFieldStart("value");
    file.writeNumberField("x", percent(box.xMin(), size.width()));
    file.writeNumberField("y", percent(box.yMin(), size.height()));
    file.writeNumberField("width", percent(box.width(), size.width()));
    file.writeNumberField("height", percent(box.height(), size.height()));
    file.writeNumberField("rotation", 0);
    file.writeArrayFieldStart("rectanglelabels");
    // the interface can't hold every character, and a task's class must be one of its
    file.writeString(XmlText.safe(box.category().name()));
    file.writeEndArray();
    file.writeEndObject();
    file.writeEndObject();
  }

  private static double percent(double pixels, int side) {
    return Math.round(100 * pixels / side * STEPS_PER_PERCENT) / STEPS_PER_PERCENT;
  }

  @Override
  public void finish() throws IOException {
    file.writeEndArray();
    file.close();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
