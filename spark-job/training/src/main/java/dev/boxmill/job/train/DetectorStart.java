package dev.boxmill.job.train;

import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.detr.training.ParameterLayout;
import dev.boxmill.detr.training.StartingPoint;
import dev.boxmill.detr.training.TrainedCheckpoint;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.schemas.ImageSize;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What the driver knows of a training's beginning. The parameters themselves are read where they
 * are needed.
 *
 * @param detector as executors get it
 * @param layout which tensors are trained
 * @param rates how fast each
 * @param queries predictions for an image
 * @param statistics running means and variances of live BatchNorms
 * @param drawn names of the tensors that chance gave
 * @param usual size that the detector gets of an image
 * @param directory what its result looks like
 */
record DetectorStart(
    TrainedDetector detector,
    ParameterLayout layout,
    ParameterRates rates,
    int queries,
    float[] statistics,
    List<String> drawn,
    UnaryOperator<ImageSize> usual,
    DetectorDirectory directory) {

  /** An image to see by whether a network takes what a scale makes. */
  private static final ImageSize EXAMPLE = new ImageSize(640, 480);

  DetectorStart {
    drawn = List.copyOf(drawn);
  }

  /**
   * Looks at the detector's files.
   *
   * @throws BadInputException if it can't be trained as the settings say
   */
  static DetectorStart of(
      TrainedDetector detector, DetectorSettings settings, Configuration hadoop) {
    try (DetectorFiles files = detector.open(hadoop)) {
      StartingPoint start = detector.start(files);
      requireTrainable(files.architecture(), files.preprocessing(), settings.scales());
      ParameterLayout layout = ParameterLayout.of(start);
      return new DetectorStart(
          detector,
          layout,
          ParameterRates.of(settings, start.network()),
          start.network().queries(),
          TrainedCheckpoint.of(start, layout).runningStatistics(),
          start.drawn().stream().sorted().toList(),
          files.preprocessing()::resized,
          DetectorDirectory.of(files, detector.classNames(), settings.dtype()));
    }
  }

  private static void requireTrainable(
      Architecture architecture, Preprocessing preprocessing, List<Double> scales) {
    if (preprocessing.padded().isPresent()) {
      throw new BadInputException(
          "Cannot train this detector: it was trained on padded images, and here none is padded"
              + " (take pad_size out of its preprocessor_config.json)");
    }
    for (double scale : scales) {
      ImageSize size = preprocessing.scaled(scale).resized(EXAMPLE);
      if (!architecture.takes(size)) {
        throw new BadInputException(
            "Invalid --scales: %s (must give sizes that the network takes, which %dx%d is not: --no-resize)"
                .formatted(scale, size.width(), size.height()));
      }
    }
  }

  /** Chooses where the parameters of a training lie. */
  interface Place {

    /**
     * Puts them there as the training begins.
     *
     * @param tasks that share a step at most
     */
    ParameterStore store(DetectorStart start, JavaSparkContext spark, DetectorTask task, int tasks);
  }

  /** In the memory of a local run, else in slices on the executors. */
  ParameterStore store(JavaSparkContext spark, DetectorTask task, int tasks) {
    return spark.isLocal() ? local(spark, task, tasks) : sliced(spark, task, tasks);
  }

  private ParameterStore local(JavaSparkContext spark, DetectorTask task, int tasks) {
    return new LocalParameters(spark, task, layout, rates, task.firstRow(), tasks);
  }

  /** In slices on the executors. */
  ParameterStore sliced(JavaSparkContext spark, DetectorTask task, int tasks) {
    return new SlicedParameters(spark, task, layout, rates, tasks);
  }
}
