package dev.boxmill.job.train;

import dev.boxmill.job.session.FrozenDetector;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.storage.HadoopSettings;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Measures detectors by the held-out images: they are loaded and run as they will be to label. */
record DetectorValidation(
    JavaSparkContext spark, DetectorSet set, LabelSettings settings, DetectorStart start) {

  /** AP of a directory that the training wrote. */
  double ap(String directory, Configuration hadoop) {
    boolean bare = start.directory().small().containsKey(DetectorDirectory.CLASS_NAMES);
    Optional<String> names =
        bare ? Optional.of(directory + "/" + DetectorDirectory.CLASS_NAMES) : Optional.empty();
    return ap(FrozenDetector.of(settings.withDetector(directory).withClassNames(names), hadoop));
  }

  /** COCO's AP of a detector. */
  double ap(FrozenDetector detector) {
    TrainingTask task = new TrainingTask(detector, HadoopSettings.broadcast(spark));
    Broadcast<Validation> truth = spark.broadcast(set.validation());
    try {
      List<ImageGroup> groups = ImageGroup.unaugmented(set.held());
      int tasks = Math.min(groups.size(), spark.defaultParallelism());
      List<ValidatedImage> images =
          spark
              .parallelize(groups, tasks)
              .mapPartitions(new DetectorValidationTask(task, truth))
              .collect();
      return Validation.ap(images, set.categories(), ValidatedImage::detector);
    } finally {
      truth.destroy();
    }
  }
}
