package dev.boxmill.job.export;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * COCO's annotation file: {@code annotations} with {@code score} beside the usual fields, {@code
 * images}, {@code categories}. Boxes are {@code [x, y, width, height]} in pixels. Images wait in a
 * temporary file while annotations are written.
 */
final class CocoWriter implements ExportWriter {

  private static final int COPIED_CHARACTERS = 1 << 16;

  private final ExportContext context;
  private final JsonGenerator file;
  private final Path waiting;
  private final JsonGenerator images;
  private long annotations;

  CocoWriter(ExportFiles files, ExportContext context) throws IOException {
    this.context = context;
    this.waiting = Files.createTempFile("boxmill-export", ".json");
    this.images = ExportJson.generator(Files.newOutputStream(waiting));
    this.file = ExportJson.generator(files.file());
    images.writeStartArray();
    file.writeStartObject();
    file.writeObjectFieldStart("info");
    file.writeStringField("description", "boxmill's labels; score is the detector's");
    file.writeEndObject();
    file.writeArrayFieldStart("annotations");
  }

  @Override
  public void write(ExportedImage image) throws IOException {
    images.writeStartObject();
    images.writeNumberField("id", image.number());
    images.writeStringField("file_name", context.addresses().name(image.uri()));
    images.writeNumberField("width", image.size().width());
    images.writeNumberField("height", image.size().height());
    if (context.addresses().root().isPresent()) {
      images.writeStringField("coco_url", context.addresses().url(image.uri()));
    }
    images.writeEndObject();
    for (ExportedBox box : image.boxes()) {
      writeAnnotation(image.number(), box);
    }
  }

  private void writeAnnotation(long image, ExportedBox box) throws IOException {
    file.writeStartObject();
    file.writeNumberField("id", ++annotations);
    file.writeNumberField("image_id", image);
    file.writeNumberField("category_id", box.category().id());
    file.writeArrayFieldStart("bbox");
    file.writeNumber(box.xMin());
    file.writeNumber(box.yMin());
    file.writeNumber(box.width());
    file.writeNumber(box.height());
    file.writeEndArray();
    file.writeNumberField("area", box.area());
    file.writeNumberField("iscrowd", 0);
    file.writeNumberField("score", box.score());
    file.writeEndObject();
  }

  @Override
  public void finish() throws IOException {
    images.writeEndArray();
    images.close();
    file.writeEndArray();
    file.writeFieldName("images");
    file.writeRawValue("");
    copyImages();
    file.writeArrayFieldStart("categories");
    for (ExportCategories.Category category : context.categories().all()) {
      file.writeStartObject();
      file.writeNumberField("id", category.id());
      file.writeStringField("name", category.name());
      file.writeEndObject();
    }
    file.writeEndArray();
    file.writeEndObject();
    file.close();
  }

  private void copyImages() throws IOException {
    char[] buffer = new char[COPIED_CHARACTERS];
    try (BufferedReader reader = Files.newBufferedReader(waiting, StandardCharsets.UTF_8)) {
      for (int length = reader.read(buffer); length >= 0; length = reader.read(buffer)) {
        file.writeRaw(buffer, 0, length);
      }
    }
  }

  @Override
  public void close() throws IOException {
    try (file) {
      images.close();
    } finally {
      Files.deleteIfExists(waiting);
    }
  }
}
