package dev.boxmill.job.train;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.ClassMatching;
import dev.boxmill.job.evaluate.GroundTruth;
import dev.boxmill.job.evaluate.NamedImages;
import dev.boxmill.job.evaluate.TruthCategory;
import dev.boxmill.job.evaluate.TruthImage;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.train.TrainingSet.Unannotated;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * What a detector learns from and is measured by.
 *
 * @param training images to learn from
 * @param held images to measure by
 * @param validation their annotations
 * @param categories of those
 * @param leftOut what the training does without, a sentence for each kind
 */
record DetectorSet(
    List<AnnotatedImage> training,
    List<AnnotatedImage> held,
    Validation validation,
    List<TruthCategory> categories,
    List<String> leftOut) {

  DetectorSet {
    training = List.copyOf(training);
    held = List.copyOf(held);
    categories = List.copyOf(categories);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * Joins images and annotations.
   *
   * @param heldTruth annotations of the images to measure by; empty: a share of all
   * @param labels that the detector learns
   * @throws BadInputException if nothing is left to train or to validate on
   */
  static DetectorSet of(
      GroundTruth truth,
      Optional<GroundTruth> heldTruth,
      List<ListedFile> files,
      Map<Integer, String> labels,
      ClassMatching matching,
      double validationShare) {
    DetectorSet set =
        heldTruth
            .map(held -> apart(truth, held, files, labels, matching))
            .orElseGet(
                () -> {
                  TrainingSet all =
                      TrainingSet.joined(
                          truth, files, labels, matching, validationShare, Unannotated.BACKGROUND);
                  return new DetectorSet(
                      all.training(),
                      all.validationImages(),
                      all.validation(),
                      all.categories(),
                      all.leftOutSentences());
                });
    TrainingSet.requireImages(set.training, set.held, set.leftOut);
    TrainingSet.requireHeldOutObjects(set.held);
    if (set.training.stream().allMatch(image -> image.objects().isEmpty())) {
      throw new BadInputException(
          "Cannot train: none of the %d images to train on has an object (left out: %s)"
              .formatted(set.training.size(), String.join("; ", set.leftOut)));
    }
    return set;
  }

  /** An image that both name is held out. */
  private static DetectorSet apart(
      GroundTruth truth,
      GroundTruth heldTruth,
      List<ListedFile> files,
      Map<Integer, String> labels,
      ClassMatching matching) {
    NamedImages heldNames =
        new NamedImages(heldTruth.images().stream().map(TruthImage::fileName).toList());
    List<ListedFile> toHold = new ArrayList<>();
    List<ListedFile> toTrain = new ArrayList<>();
    for (ListedFile file : files) {
      (heldNames.find(file.uri()) >= 0 ? toHold : toTrain).add(file);
    }
    TrainingSet training =
        TrainingSet.joined(truth, toTrain, labels, matching, 0, Unannotated.BACKGROUND);
    TrainingSet held =
        TrainingSet.joined(heldTruth, toHold, labels, matching, 1, Unannotated.BACKGROUND);
    List<String> leftOut = new ArrayList<>(training.leftOutSentences());
    held.leftOutSentences().forEach(sentence -> leftOut.add("held out: " + sentence));
    return new DetectorSet(
        training.training(),
        held.validationImages(),
        held.validation(),
        held.categories(),
        leftOut);
  }

  /** Number and hash of images with their annotations. */
  static String content(List<AnnotatedImage> images) {
    StringBuilder lines = new StringBuilder();
    images.forEach(image -> lines.append(image).append('\n'));
    return images.size() + " (" + DigestUtils.sha256Hex(lines.toString().strip()) + ")";
  }
}
