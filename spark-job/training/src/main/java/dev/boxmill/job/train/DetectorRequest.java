package dev.boxmill.job.train;

import dev.boxmill.job.evaluate.ClassMatching;
import dev.boxmill.job.evaluate.Reviewed;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.train.TrainingRequest.ExistingTraining;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@code train-detector} was asked for.
 *
 * @param inputs folders or files of images
 * @param groundTruth annotations in COCO's form, or as an annotation tool exports them
 * @param validationTruth annotations of the images that are held out; empty: a share of all
 * @param reviewed which images of a tool's export count
 * @param matching of the detector's classes to categories
 * @param classes which classes it learns
 * @param config directory or {@code config.json} of a network that begins from nothing; empty: the
 *     training begins with the detector
 * @param detector as {@code label} takes it, without refiners
 * @param output folder of the training
 * @param existing what to do with a training that lies there
 * @param saveEvery longest time whose work a kill can cost
 * @param slices tasks that share a batch; empty: as many as run at once
 */
public record DetectorRequest(
    List<String> inputs,
    String groundTruth,
    Optional<String> validationTruth,
    Reviewed reviewed,
    ClassMatching matching,
    ClassChoice classes,
    Optional<String> config,
    LabelSettings detector,
    String output,
    ExistingTraining existing,
    Duration saveEvery,
    OptionalInt slices,
    DetectorSettings settings) {

  /** Which classes a detector learns. */
  public enum ClassChoice {
    /** Its own, if all categories are among them; the categories, if none is. */
    AUTO,
    /** Its own. */
    KEEP,
    /** The annotations' categories. */
    NEW
  }

  public DetectorRequest {
    inputs = List.copyOf(inputs);
  }
}
