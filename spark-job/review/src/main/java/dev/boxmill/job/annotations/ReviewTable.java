package dev.boxmill.job.annotations;

import dev.boxmill.job.annotations.Suspect.AnnotationError;
import dev.boxmill.job.evaluate.AnnotatedImage.Found;
import dev.boxmill.job.evaluate.TruthCategory;
import dev.boxmill.job.evaluate.TruthObject;
import dev.boxmill.job.table.TableSchema;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ReviewColumn;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** The review table for Spark, built from {@link ReviewColumn}. */
final class ReviewTable {

  /** Key of the table's version in the metadata of its first column, and of its files. */
  static final String VERSION_KEY = "boxmill.review_table_version";

  private ReviewTable() {}

  /** All columns in order, nullable, each with its meaning as comment. */
  static StructType schema() {
    return TableSchema.of(ReviewColumn.values(), VERSION_KEY, ReviewColumn.VERSION);
  }

  /**
   * A row.
   *
   * @param categories names by index
   */
  static Row row(ImageReview review, List<String> categories) {
    return RowFactory.create(
        review.uri(),
        review.quality(),
        review.quality(AnnotationError.OVERLOOKED),
        review.quality(AnnotationError.BADLY_PLACED),
        review.quality(AnnotationError.WRONGLY_NAMED),
        review.suspects().stream().map(suspect -> row(suspect, categories)).toArray());
  }

  private static Row row(Suspect suspect, List<String> categories) {
    TruthObject object = suspect.object().orElse(null);
    Found found = suspect.found().orElse(null);
    Corners box = object == null ? null : corners(object);
    Corners other = found == null ? null : found.box().corners();
    return RowFactory.create(
        suspect.error().title(),
        suspect.quality(),
        object == null ? null : categories.get(object.category()),
        box == null ? null : box.xMin(),
        box == null ? null : box.yMin(),
        box == null ? null : box.xMax(),
        box == null ? null : box.yMax(),
        found == null ? null : categories.get(found.category()),
        found == null ? null : found.box().score(),
        other == null ? null : other.xMin(),
        other == null ? null : other.yMin(),
        other == null ? null : other.xMax(),
        other == null ? null : other.yMax());
  }

  /** Where an annotated box is. */
  static Corners corners(TruthObject object) {
    return new Corners(
        (float) object.x(),
        (float) object.y(),
        (float) (object.x() + object.width()),
        (float) (object.y() + object.height()));
  }

  /** Names of the categories, by index. */
  static List<String> names(List<TruthCategory> categories) {
    return categories.stream().map(TruthCategory::name).toList();
  }
}
