package dev.boxmill.job.train;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.ClassMatching;
import dev.boxmill.job.evaluate.GroundTruth;
import dev.boxmill.job.evaluate.ImageTruth;
import dev.boxmill.job.evaluate.LabelCategories;
import dev.boxmill.job.evaluate.LabelClass;
import dev.boxmill.job.evaluate.NamedImages;
import dev.boxmill.job.evaluate.TruthCategory;
import dev.boxmill.job.evaluate.TruthImage;
import dev.boxmill.job.evaluate.TruthObject;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.source.InputFormat;
import dev.boxmill.job.source.InputListing;
import dev.boxmill.job.source.ListedInputs;
import dev.boxmill.job.text.Plural;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.apache.spark.sql.SparkSession;

/** Images joined with their annotations by file name, and split into two. */
final class TrainingSet {

  /** What images without any annotation are good for. */
  enum Unannotated {
    /** Nothing: a refiner learns from objects alone. */
    LEFT_OUT,
    /** They show what is no object. */
    BACKGROUND
  }

  private final GroundTruth truth;
  private final Unannotated unannotated;
  private final Map<Integer, Integer> labelOfCategory = new HashMap<>();
  private final Map<Integer, Integer> categoryOfLabel = new HashMap<>();
  private final List<AnnotatedImage> training = new ArrayList<>();
  private final List<AnnotatedImage> validation = new ArrayList<>();
  private final Map<String, Integer> leftOut = new TreeMap<>();
  private final Map<String, String> examples = new HashMap<>();

  private TrainingSet(
      GroundTruth truth,
      Map<Integer, String> labels,
      ClassMatching matching,
      Unannotated unannotated) {
    this.truth = truth;
    this.unannotated = unannotated;
    List<LabelClass> names =
        labels.entrySet().stream()
            .map(label -> new LabelClass(label.getKey(), label.getValue()))
            .toList();
    matching.renamed().requireClasses(labels.values());
    LabelCategories.match(names, truth.categories(), matching).indices().forEach(this::pair);
  }

  /** An object is to be found as one class: that of its category. */
  private void pair(LabelClass label, int category) {
    Integer other = labelOfCategory.put(category, label.id());
    if (other != null) {
      throw new BadInputException(
          "Cannot train: category %s is both class %d and class %d of the detector (give it one)"
              .formatted(
                  truth.categories().get(category).name(),
                  Math.min(other, label.id()),
                  Math.max(other, label.id())));
    }
    categoryOfLabel.put(label.id(), category);
  }

  /**
   * Joins.
   *
   * @param labels of the detector, by id
   * @param matching of labels to categories
   * @param validationShare of the images, chosen by their file names
   * @throws BadInputException if nothing is left to train or to validate on
   */
  static TrainingSet of(
      GroundTruth truth,
      List<ListedFile> files,
      Map<Integer, String> labels,
      ClassMatching matching,
      double validationShare) {
    TrainingSet set = joined(truth, files, labels, matching, validationShare, Unannotated.LEFT_OUT);
    requireImages(set.training, set.validation, set.leftOutSentences());
    requireHeldOutObjects(set.validation);
    return set;
  }

  /**
   * Joins, whatever is left.
   *
   * @param validationShare 0: none is held out; 1: all are
   */
  static TrainingSet joined(
      GroundTruth truth,
      List<ListedFile> files,
      Map<Integer, String> labels,
      ClassMatching matching,
      double validationShare,
      Unannotated unannotated) {
    TrainingSet set = new TrainingSet(truth, labels, matching, unannotated);
    NamedImages names = new NamedImages(truth.images().stream().map(TruthImage::fileName).toList());
    Map<Integer, String> taken = new HashMap<>();
    for (ListedFile file : files) {
      int index = names.find(file.uri());
      if (index < 0) {
        String why = index == NamedImages.UNKNOWN ? "that no annotation names" : "of one name";
        set.leaveOut("images " + why, file.uri());
      } else if (taken.putIfAbsent(index, file.uri()) != null) {
        set.leaveOut("images whose name another one has too", file.uri());
      } else {
        set.image(file, index).ifPresent(image -> set.add(image, validationShare));
      }
    }
    return set;
  }

  /**
   * Finds the image files that inputs stand for.
   *
   * @throws BadInputException if an input is an archive or a table: images are read in another
   *     order every time
   */
  static List<ListedFile> files(SparkSession spark, List<String> inputs) {
    List<ListedFile> files = new ArrayList<>();
    try (ListedInputs listed =
        InputListing.list(spark, inputs, InputFormat.AUTO, Optional.empty())) {
      for (ListedFile file : listed.files()) {
        if (file.kind() != ListedFile.Kind.IMAGE) {
          throw new BadInputException(
              "Cannot train on %s: it is no image file (unpack archives and tables into files)"
                  .formatted(file.uri()));
        }
        files.add(file);
      }
    }
    return files;
  }

  private Optional<AnnotatedImage> image(ListedFile file, int index) {
    ImageTruth image = truth.images().get(index).truth();
    if (image.width() < 1 || image.height() < 1) {
      leaveOut("images whose annotations have no width and height", file.uri());
      return Optional.empty();
    }
    List<GroundTruthBox> objects = new ArrayList<>();
    for (TruthObject object : image.objects()) {
      Integer label = labelOfCategory.get(object.category());
      if (!object.findable()) {
        leaveOut("objects that are crowds or have no area", "annotation " + object.id());
      } else if (label == null) {
        String category = truth.categories().get(object.category()).name();
        leaveOut("objects of categories that the detector does not know", category);
      } else {
        box(object, image, label).ifPresent(objects::add);
      }
    }
    return Optional.of(new AnnotatedImage(file, index, image.width(), image.height(), objects));
  }

  /** Where annotations reach over the border, the object ends there. */
  private Optional<GroundTruthBox> box(TruthObject object, ImageTruth image, int label) {
    double left = Math.max(0, object.x());
    double top = Math.max(0, object.y());
    double width = Math.min(image.width(), object.x() + object.width()) - left;
    double height = Math.min(image.height(), object.y() + object.height()) - top;
    if (width <= 0 || height <= 0) {
      leaveOut("objects that lie outside of their image", "annotation " + object.id());
      return Optional.empty();
    }
    return Optional.of(
        new GroundTruthBox(
            label,
            (float) ((left + width / 2) / image.width()),
            (float) ((top + height / 2) / image.height()),
            (float) (width / image.width()),
            (float) (height / image.height())));
  }

  private void add(AnnotatedImage image, double validationShare) {
    if (heldOut(truth.images().get(image.truth()).fileName(), validationShare)) {
      validation.add(image);
    } else if (image.objects().isEmpty() && !isBackground(image)) {
      leaveOut("training images without objects", image.file().uri());
    } else {
      training.add(image);
    }
  }

  /** Where all of an image's objects are left out, it shows them and not the background. */
  private boolean isBackground(AnnotatedImage image) {
    return unannotated == Unannotated.BACKGROUND
        && truth.images().get(image.truth()).truth().objects().isEmpty();
  }

  private static boolean heldOut(String name, double share) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    return crc.getValue() < share * (1L << 32);
  }

  private void leaveOut(String what, String example) {
    leftOut.merge(what, 1, Integer::sum);
    examples.putIfAbsent(what, example);
  }

  /**
   * Makes sure that there is an image of each kind.
   *
   * @param leftOut why there may be none
   */
  static void requireImages(
      List<AnnotatedImage> training, List<AnnotatedImage> validation, List<String> leftOut) {
    if (training.isEmpty() || validation.isEmpty()) {
      throw new BadInputException(
          "Cannot train: %d images to train on, %d held out to validate; left out: %s (%s)"
              .formatted(
                  training.size(),
                  validation.size(),
                  leftOut.isEmpty() ? "none" : String.join("; ", leftOut),
                  "there must be one of each at least: see --validation-share"));
    }
  }

  /** Without them there is no AP, and no best weights. */
  static void requireHeldOutObjects(List<AnnotatedImage> validation) {
    if (validation.stream().allMatch(image -> image.objects().isEmpty())) {
      throw new BadInputException(
          "Cannot train: none of the %s has an object that the detector knows, so nothing can be measured (%s)"
              .formatted(
                  Plural.of(validation.size(), "held-out image"),
                  "raise --validation-share, or give more annotated images"));
    }
  }

  /** To learn from; each with an object at least, unless it shows the background. */
  List<AnnotatedImage> training() {
    return training;
  }

  /** To measure by. */
  List<AnnotatedImage> validationImages() {
    return validation;
  }

  Validation validation() {
    Map<Integer, ImageTruth> truths = new HashMap<>();
    validation.forEach(
        image -> truths.put(image.truth(), truth.images().get(image.truth()).truth()));
    return new Validation(truths, categoryOfLabel);
  }

  List<TruthCategory> categories() {
    return truth.categories();
  }

  /** What the training does without, a sentence for each kind. */
  List<String> leftOutSentences() {
    return leftOut.entrySet().stream()
        .map(
            kind ->
                kind.getValue() + " " + kind.getKey() + " (" + examples.get(kind.getKey()) + ")")
        .toList();
  }
}
