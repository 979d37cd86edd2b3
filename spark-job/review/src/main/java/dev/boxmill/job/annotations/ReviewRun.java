package dev.boxmill.job.annotations;

import dev.boxmill.job.annotations.Suspect.ClassError;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.AnnotatedImage;
import dev.boxmill.job.evaluate.AnnotatedImages;
import dev.boxmill.job.evaluate.EvaluationRun;
import dev.boxmill.job.export.ReviewTasks;
import dev.boxmill.job.export.ReviewTasks.ReviewTask;
import dev.boxmill.job.export.ReviewTasks.TaskBox;
import dev.boxmill.job.preview.ChangePage;
import dev.boxmill.job.storage.StoredFile;
import dev.boxmill.job.table.DescribedParquet;
import dev.boxmill.schemas.LabeledBox;
import dev.boxmill.schemas.ReviewColumn;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/** From annotations and a label table to a review of the annotations. */
public final class ReviewRun {

  private final ReviewRequest request;
  private final SparkSession spark;
  private final Configuration hadoop;

  private ReviewRun(ReviewRequest request, SparkSession spark) {
    this.request = request;
    this.spark = spark;
    this.hadoop = spark.sparkContext().hadoopConfiguration();
  }

  /**
   * Scores the annotations of each image, on the executors, and writes table, page and tasks.
   *
   * @param warnings takes what went wrong without harm to the review
   * @throws BadInputException if labels and annotations do not fit, or the output must stay as it
   *     is
   */
  public static ReviewSummary write(
      ReviewRequest request, SparkSession spark, Consumer<String> warnings) throws IOException {
    return new ReviewRun(request, spark).write(warnings);
  }

  private ReviewSummary write(Consumer<String> warnings) throws IOException {
    ReviewFolder folder = ReviewFolder.claim(request, hadoop);
    EvaluationRun.requireClasses(
        request.evaluation().matching(), List.of(request.labels()), hadoop);
    AnnotatedImages images = AnnotatedImages.of(request.evaluation(), request.labels(), spark);
    JavaRDD<AnnotatedImage> rows = images.rows();
    if (rows.isEmpty()) {
      throw new BadInputException(
          "Cannot review annotations: no annotated image was labeled (give labels of these"
              + " images)");
    }
    ReviewThresholds thresholds = request.thresholds();
    double least =
        rows.map(image -> new ObjectLab(image, thresholds).leastSimilarity()).reduce(Double::min);
    JavaRDD<ReviewedImage> reviewed =
        rows.map(image -> ReviewedImage.of(image, least, thresholds))
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    try {
      return write(images, reviewed, folder, warnings);
    } finally {
      reviewed.unpersist();
    }
  }

  private ReviewSummary write(
      AnnotatedImages images,
      JavaRDD<ReviewedImage> reviewed,
      ReviewFolder folder,
      Consumer<String> warnings)
      throws IOException {
    List<String> categories = ReviewTable.names(images.truth().categories());
    folder.begin();
    writeTable(reviewed, categories, folder);
    long tasks = writeTasks(reviewed, categories, folder);
    ReviewSummary summary =
        new ReviewSummary(
            request,
            images.truth().findings().sentences(),
            images.facts(),
            reviewed.count(),
            counts(reviewed),
            tasks,
            folder);
    page(summary, reviewed, categories).write(folder.unfinished(ReviewFolder.PAGE), hadoop);
    folder.publish(warnings);
    return summary;
  }

  private void writeTable(
      JavaRDD<ReviewedImage> reviewed, List<String> categories, ReviewFolder folder) {
    JavaRDD<Row> rows = reviewed.map(image -> ReviewTable.row(image.review(), categories));
    spark
        .createDataFrame(rows, ReviewTable.schema())
        .orderBy(ReviewColumn.ANNOTATION_QUALITY.columnName(), ReviewColumn.IMAGE_URI.columnName())
        .write()
        .format(DescribedParquet.class.getName())
        .mode(SaveMode.Overwrite)
        .option("compression", "zstd")
        .option(ReviewTable.VERSION_KEY, ReviewColumn.VERSION)
        .save(folder.unfinished(ReviewFolder.TABLE).toString());
  }

  private Map<ClassError, Long> counts(JavaRDD<ReviewedImage> reviewed) {
    return reviewed
        .flatMap(image -> image.review().suspects().iterator())
        .map(Suspect::classError)
        .countByValue();
  }

  /** Images with something to look at pass through the driver one part at a time, worst first. */
  private long writeTasks(
      JavaRDD<ReviewedImage> reviewed, List<String> categories, ReviewFolder folder)
      throws IOException {
    JavaRDD<ReviewedImage> doubtful =
        reviewed
            .filter(image -> !image.review().suspects().isEmpty())
            .sortBy(ReviewedImage::quality, true, reviewed.getNumPartitions());
    List<String> uris = reviewed.map(image -> image.image().uri()).collect();
    ReviewTasks tasks = ReviewTasks.of(uris, categories, request.imageRoot());
    StoredFile.write(folder.unfinished(ReviewFolder.CONFIG), tasks::writeConfig, hadoop);
    Iterator<ReviewTask> iterator =
        doubtful.map(image -> task(image, categories)).toLocalIterator();
    StoredFile.write(
        folder.unfinished(ReviewFolder.TASKS), stream -> tasks.write(iterator, stream), hadoop);
    return doubtful.count();
  }

  private static ReviewTask task(ReviewedImage reviewed, List<String> categories) {
    List<Suspect> suspects = reviewed.review().suspects();
    List<TaskBox> annotated =
        reviewed.image().truth().objects().stream()
            .map(
                object ->
                    new TaskBox(categories.get(object.category()), 1, ReviewTable.corners(object)))
            .toList();
    List<TaskBox> found = new ArrayList<>();
    for (Suspect suspect : suspects) {
      suspect
          .found()
          .map(one -> box(one.box(), categories.get(one.category())))
          .filter(box -> !found.contains(box))
          .ifPresent(found::add);
    }
    String reasons =
        suspects.stream()
            .map(suspect -> ReviewPictures.words(suspect, categories))
            .collect(Collectors.joining("; "));
    return new ReviewTask(
        reviewed.image().uri(),
        reviewed.image().size(),
        reviewed.quality(),
        reasons,
        annotated,
        found);
  }

  private static TaskBox box(LabeledBox box, String category) {
    return new TaskBox(category, box.score(), box.corners());
  }

  private ChangePage page(
      ReviewSummary summary, JavaRDD<ReviewedImage> reviewed, List<String> categories) {
    List<ReviewedImage> worst =
        reviewed
            .filter(image -> !image.review().suspects().isEmpty())
            .takeOrdered(request.limit(), new WorstFirst());
    return new ReviewPictures(summary, categories).page(worst);
  }

  /** A comparator that travels to executors. */
  private static final class WorstFirst implements Comparator<ReviewedImage>, Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public int compare(ReviewedImage one, ReviewedImage other) {
      return ReviewedImage.WORST_FIRST.compare(one, other);
    }
  }
}
