package dev.boxmill.job.train;

import dev.boxmill.job.evaluate.ImageMatches;
import dev.boxmill.job.session.ResidentDetector;
import dev.boxmill.schemas.Detection;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/** Matches held-out images with what a detector finds, which works as it will when it labels. */
final class DetectorValidationTask
    implements FlatMapFunction<Iterator<ImageGroup>, ValidatedImage> {

  private static final long serialVersionUID = 1;

  private final TrainingTask task;
  private final Broadcast<Validation> validation;

  DetectorValidationTask(TrainingTask task, Broadcast<Validation> validation) {
    this.task = task;
    this.validation = validation;
  }

  @Override
  public Iterator<ValidatedImage> call(Iterator<ImageGroup> groups) {
    return task.lend(resident -> validated(resident, groups)).iterator();
  }

  private List<ValidatedImage> validated(ResidentDetector resident, Iterator<ImageGroup> groups) {
    List<ValidatedImage> all = new ArrayList<>();
    while (groups.hasNext()) {
      try (LoadedGroup group = LoadedGroup.readWhole(groups.next(), resident, task.hadoop())) {
        for (List<LoadedImage> ofOneSize : group.byPixels()) {
          all.addAll(validated(resident, ofOneSize));
        }
      }
    }
    return all;
  }

  private List<ValidatedImage> validated(ResidentDetector resident, List<LoadedImage> images) {
    return resident.forward(
        images.stream().map(LoadedImage::picture).toList(),
        0,
        result -> {
          List<ValidatedImage> validated = new ArrayList<>();
          for (int i = 0; i < images.size(); i++) {
            validated.add(validated(images.get(i), result.batch().detections().get(i)));
          }
          return validated;
        });
  }

  private ValidatedImage validated(LoadedImage image, List<Detection> found) {
    int index = image.image().image().truth();
    ImageMatches matches =
        validation.value().match(index, image.picture().original(), found, Detection::box);
    return new ValidatedImage(index, matches, matches);
  }
}
