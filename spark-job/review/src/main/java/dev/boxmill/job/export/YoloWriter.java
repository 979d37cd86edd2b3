package dev.boxmill.job.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.boxmill.job.error.BadInputException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileAlreadyExistsException;

/**
 * YOLO's folder: {@code labels/PATH.txt} for each image, with a line {@code class cx cy width
 * height} for each box, relative to the image; {@code data.yaml} with the names. YOLO's training
 * format has no place for a score, so that a threshold decides what it learns. Images are expected
 * in {@code images/}, or as {@code images.txt} lists them below the image root.
 */
final class YoloWriter implements ExportWriter {

  static final String NAMES = "data.yaml";

  private static final String LIST = "images.txt";

  private static final ObjectMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .build();

  private final ExportFiles files;
  private final ImageAddresses addresses;
  private final Optional<Writer> list;

  YoloWriter(ExportFiles files, ExportContext context) throws IOException {
    this.files = files;
    this.addresses = context.addresses();
    try (Writer names = text(NAMES)) {
      writeNames(names, context);
    }
    this.list = addresses.root().isPresent() ? Optional.of(text(LIST)) : Optional.empty();
  }

  private static void writeNames(Writer file, ExportContext context) throws IOException {
    String images = context.addresses().root().isPresent() ? LIST : "images";
    Map<Integer, String> names = new LinkedHashMap<>();
    context.categories().all().forEach(category -> names.put(category.index(), category.name()));
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("train", images);
    data.put("val", images);
    data.put("nc", names.size());
    data.put("names", names);
    YAML.writeValue(file, data);
  }

  @Override
  public void write(ExportedImage image) throws IOException {
    String name = addresses.name(image.uri());
    try (Writer labels = text("labels/" + ImageAddresses.stem(name) + ".txt")) {
      for (ExportedBox box : image.boxes()) {
        labels.write(line(box, image));
      }
    } catch (FileAlreadyExistsException taken) {
      throw new BadInputException(
          "Cannot write YOLO labels of "
              + name
              + ": another image differs in its extension alone (rename one of them)",
          taken);
    }
    if (list.isPresent()) {
      list.get().write(addresses.path(image.uri()).replaceAll("[\r\n]", "_") + "\n");
    }
  }

  private static String line(ExportedBox box, ExportedImage image) {
    double width = image.size().width();
    double height = image.size().height();
    return String.format(
        Locale.ROOT,
        "%d %.8f %.8f %.8f %.8f\n",
        box.category().index(),
        (box.xMin() + box.xMax()) / 2 / width,
        (box.yMin() + box.yMax()) / 2 / height,
        box.width() / width,
        box.height() / height);
  }

  private Writer text(String name) throws IOException {
    return new BufferedWriter(new OutputStreamWriter(files.create(name), StandardCharsets.UTF_8));
  }

  @Override
  public void finish() throws IOException {
    close();
  }

  @Override
  public void close() throws IOException {
    if (list.isPresent()) {
      list.get().close();
    }
  }
}
