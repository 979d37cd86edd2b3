package dev.boxmill.job.export;

import dev.boxmill.job.error.BadInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * CVAT for images 1.1: corners in pixels, the score as an attribute. A task finds its images by
 * name without the extension, so names are paths below the folder that all images share, or below
 * the image root, and two that differ in nothing else are refused.
 */
final class CvatWriter implements ExportWriter {

  private final ImageAddresses addresses;
  private final OutputStream file;
  private final XmlText xml;
  private final Set<String> stems = new HashSet<>();

  CvatWriter(ExportFiles files, ExportContext context) throws IOException {
    this.addresses = context.addresses();
    this.file = files.file();
    this.xml = new XmlText(file);
    xml.declare();
    xml.start("annotations");
    xml.text("version", "1.1");
    writeMeta(context.categories());
  }

  private void writeMeta(ExportCategories categories) throws IOException {
    xml.start("meta");
    xml.start("task");
    xml.text("name", "boxmill");
    xml.text("mode", "annotation");
    xml.start("labels");
    for (ExportCategories.Category category : categories.all()) {
      writeLabel(category);
    }
    xml.end();
    xml.end();
    xml.end();
  }

  private void writeLabel(ExportCategories.Category category) throws IOException {
    xml.start("label");
    xml.text("name", category.name());
    xml.text("type", "rectangle");
    xml.start("attributes");
    xml.start("attribute");
    xml.text("name", "score");
    xml.text("mutable", "False");
    xml.text("input_type", "text");
    xml.text("default_value", "");
    xml.text("values", "");
    xml.end();
    xml.end();
    xml.end();
  }

  @Override
  public void write(ExportedImage image) throws IOException {
    String name =
        addresses.root().isPresent() ? addresses.path(image.uri()) : addresses.name(image.uri());
    requireOwnStem(name);
    xml.start(
        "image",
        "id",
        String.valueOf(image.number() - 1),
        "name",
        name,
        "width",
        String.valueOf(image.size().width()),
        "height",
        String.valueOf(image.size().height()));
    for (ExportedBox box : image.boxes()) {
      writeBox(box);
    }
    xml.end();
  }

  /** In the order of addresses, images of one stem have nothing but longer names between them. */
  private void requireOwnStem(String name) {
    stems.removeIf(stem -> !name.startsWith(stem));
    if (!stems.add(ImageAddresses.stem(name))) {
      throw new BadInputException(
          "Cannot write CVAT annotations of "
              + name
              + ": another image differs in its extension alone, and CVAT finds images without it"
              + " (rename one of them)");
    }
  }

  private void writeBox(ExportedBox box) throws IOException {
    xml.start(
        "box",
        "label",
        box.category().name(),
        "source",
        "auto",
        "occluded",
        "0",
        "xtl",
        pixels(box.xMin()),
        "ytl",
        pixels(box.yMin()),
        "xbr",
        pixels(box.xMax()),
        "ybr",
        pixels(box.yMax()),
        "z_order",
        "0");
    xml.text("attribute", String.valueOf(box.score()), "name", "score");
    xml.end();
  }

  private static String pixels(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  @Override
  public void finish() throws IOException {
    xml.end();
    xml.finish();
    file.close();
  }

  @Override
  public void close() throws IOException {
    try (file) {
      xml.close();
    }
  }
}
