package dev.boxmill.job.train;

import dev.boxmill.job.evaluate.ClassMatching;
import dev.boxmill.job.session.LabelSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What {@code train-refiner} was asked for.
 *
 * @param inputs folders or files of images
 * @param groundTruth annotations in COCO's form
 * @param matching of the detector's classes to categories
 * @param detector as {@code label} takes it, without refiners
 * @param output folder of the training
 * @param existing what to do with a training that lies there
 * @param saveEvery longest time whose work a kill can cost
 * @param startFrom weights of an earlier training; empty: drawn
 */
public record TrainingRequest(
    List<String> inputs,
    String groundTruth,
    ClassMatching matching,
    LabelSettings detector,
    String output,
    ExistingTraining existing,
    Duration saveEvery,
    Optional<Path> startFrom,
    TrainingSettings settings) {

  /** What to do with a training that lies in the output folder. */
  public enum ExistingTraining {
    /** Go on with it, if it is the same. */
    RESUME,
    /** Start from the beginning. */
    REPLACE
  }

  public TrainingRequest {
    inputs = List.copyOf(inputs);
  }
}
