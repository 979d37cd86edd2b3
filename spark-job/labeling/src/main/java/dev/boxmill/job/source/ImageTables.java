package dev.boxmill.job.source;

import dev.boxmill.job.images.TarImages;
import dev.boxmill.job.storage.HadoopSettings;
import dev.boxmill.schemas.ErrorCategory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Parquet files whose rows hold images or name them, each with columns of its own. They are read by
 * row groups, so that damage costs the rows of its row group and no others.
 *
 * @param sound files whose footer can be read, and which have such columns
 * @param damaged files whose footer can't, each of which stands for one image
 */
record ImageTables(List<TableFooter> sound, List<TableFooter> damaged) implements ImageRows {

  static ImageTables of(List<TableFooter> footers) {
    return new ImageTables(
        footers.stream().filter(footer -> footer.columns().isPresent()).toList(),
        footers.stream().filter(footer -> !footer.isSound()).toList());
  }

  @Override
  public List<String> uris() {
    List<String> uris = new ArrayList<>();
    sound.forEach(footer -> uris.add(footer.file()));
    damaged.forEach(footer -> uris.add(footer.file()));
    return uris;
  }

  @Override
  public List<String> damagedFiles() {
    return damaged.stream().map(TableFooter::file).toList();
  }

  @Override
  public ImageTables only(List<String> files) {
    Set<String> chosen = Set.copyOf(files);
    return new ImageTables(
        sound.stream().filter(footer -> chosen.contains(footer.file())).toList(),
        damaged.stream().filter(footer -> chosen.contains(footer.file())).toList());
  }

  @Override
  public JavaRDD<Row> names(SparkSession spark) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<RowGroup> groups = groups();
    if (groups.isEmpty()) {
      return context.emptyRDD();
    }
    Broadcast<SerializableConfiguration> hadoop = HadoopSettings.broadcast(context);
    int tasks = Math.min(groups.size(), 4 * context.defaultParallelism());
    return context
        .parallelize(groups, tasks)
        .flatMap(group -> names(group, hadoop.value().value()).iterator());
  }

  private static List<Row> names(RowGroup group, Configuration hadoop) {
    List<String> names = RowGroupImages.names(group, hadoop);
    List<Row> rows = new ArrayList<>();
    for (int row = 0; row < group.rows(); row++) {
      boolean named = group.columns().name().isEmpty() || row < names.size();
      String name = row < names.size() ? TableImage.withoutSignature(names.get(row)) : null;
      rows.add(RowFactory.create(name, group.file(), group.firstRow() + row, named));
    }
    return rows;
  }

  @Override
  public JavaRDD<TableImage> rows(
      SparkSession spark, int most, Broadcast<SerializableConfiguration> hadoop) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<JavaRDD<TableImage>> parts = new ArrayList<>();
    if (!damaged.isEmpty()) {
      List<TableImage> lost = damaged.stream().map(ImageTables::lost).toList();
      parts.add(context.parallelize(lost, 1));
    }
    List<RowGroup> groups = groups();
    if (!groups.isEmpty()) {
      parts.add(
          context
              .parallelize(groups, Math.max(1, Math.min(groups.size(), most)))
              .flatMap(group -> images(group, hadoop.value().value())));
    }
    return parts.stream().reduce(JavaRDD::union).orElseGet(context::emptyRDD);
  }

  private static TableImage lost(TableFooter footer) {
    return TableImage.lost(
        footer.file(),
        TableImage.WHOLE_FILE,
        null,
        ErrorCategory.STORAGE,
        "it is no whole Parquet file, " + footer.problem());
  }

  private static Iterator<TableImage> images(RowGroup group, Configuration hadoop) {
    TaskContext task = TaskContext.get();
    return new RowGroupImages(
        group,
        hadoop,
        rows ->
            task.addTaskCompletionListener((TaskCompletionListener) ended -> rows.closeQuietly()));
  }

  private List<RowGroup> groups() {
    return sound.stream()
        .flatMap(footer -> footer.groups(footer.columns().orElseThrow()).stream())
        .toList();
  }

  @Override
  public Map<String, String> prefixes(SparkSession spark) {
    Map<String, String> prefixes = new HashMap<>();
    for (TableFooter footer : sound) {
      prefixes.put(footer.file(), prefix(footer.file(), spark));
    }
    return prefixes;
  }

  private static String prefix(String file, SparkSession spark) {
    try {
      return TarImages.prefix(file, spark.sparkContext().hadoopConfiguration());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
