package dev.boxmill.job.export;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ImageSize;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Label Studio's tasks of annotations to look at again: people's boxes as the task's annotation,
 * the detector's boxes that speak against them as a prediction.
 */
public final class ReviewTasks {

  private static final String MODEL_VERSION = "boxmill review";

  private final ImageAddresses addresses;
  private final List<String> categories;

  private ReviewTasks(ImageAddresses addresses, List<String> categories) {
    this.addresses = addresses;
    this.categories = List.copyOf(categories);
  }

  /**
   * Tasks of images below one folder.
   *
   * @param uris of all images, at least one
   * @param categories names of the annotations' classes
   * @param imageRoot where Label Studio finds that folder; empty for where the images were read
   */
  public static ReviewTasks of(
      List<String> uris, List<String> categories, Optional<String> imageRoot) {
    return new ReviewTasks(
        ImageAddresses.between(Collections.min(uris), Collections.max(uris), imageRoot),
        categories);
  }

  /**
   * One task.
   *
   * @param quality how right the annotations look, 0 to 1
   * @param reasons what to look at, in words
   * @param annotated people's boxes
   * @param found the detector's boxes that speak against them
   */
  public record ReviewTask(
      String uri,
      ImageSize size,
      double quality,
      String reasons,
      List<TaskBox> annotated,
      List<TaskBox> found)
      implements Serializable {

    public ReviewTask {
      annotated = List.copyOf(annotated);
      found = List.copyOf(found);
    }
  }

  /** A box of a class. */
  public record TaskBox(String category, float score, Corners at) implements Serializable {}

  /** Writes the labeling interface that the tasks belong to. */
  public void writeConfig(OutputStream stream) throws IOException {
    LabelStudioWriter.writeConfig(new XmlText(stream), categories);
  }

  /** Writes the tasks. */
  public void write(Iterator<ReviewTask> tasks, OutputStream stream) throws IOException {
    JsonGenerator file = ExportJson.generator(stream);
    file.writeStartArray();
    int number = 0;
    while (tasks.hasNext()) {
      write(tasks.next(), ++number, file);
    }
    file.writeEndArray();
    file.flush();
  }

  private void write(ReviewTask task, int number, JsonGenerator file) throws IOException {
    file.writeStartObject();
    file.writeObjectFieldStart("data");
    file.writeStringField("image", addresses.url(task.uri()));
    file.writeNumberField("annotation_quality", task.quality());
    file.writeStringField("look_at", task.reasons());
    file.writeEndObject();
    file.writeArrayFieldStart("annotations");
    file.writeStartObject();
    writeBoxes(task, task.annotated(), number + "-a", file);
    file.writeEndObject();
    file.writeEndArray();
    file.writeArrayFieldStart("predictions");
    file.writeStartObject();
    file.writeStringField("model_version", MODEL_VERSION);
    writeBoxes(task, task.found(), number + "-p", file);
    file.writeEndObject();
    file.writeEndArray();
    file.writeEndObject();
  }

  private void writeBoxes(ReviewTask task, List<TaskBox> boxes, String id, JsonGenerator file)
      throws IOException {
    file.writeArrayFieldStart("result");
    int number = 0;
    for (TaskBox box : boxes) {
      number++;
      Optional<ExportedBox> clipped =
          ExportedBox.of(
              box.at(),
              box.score(),
              task.size(),
              new ExportCategories.Category(categories.indexOf(box.category()), 0, box.category()));
      if (clipped.isPresent()) {
        LabelStudioWriter.writeBox(file, task.size(), clipped.get(), id + number);
      }
    }
    file.writeEndArray();
  }
}
