package dev.boxmill.job.fuse;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.fuse.ImageFusion.SourceRow;
import dev.boxmill.job.table.LabelWriter;
import dev.boxmill.job.table.RunRecord;
import dev.boxmill.job.table.TableProvenance;
import dev.boxmill.job.table.Version;
import dev.boxmill.job.table.WholeTable;
import dev.boxmill.schemas.LabelColumn;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/** From label tables over the same images to one. */
public final class FuseRun {

  private FuseRun() {}

  /**
   * Fuses, distributed over the images, and writes the table: it is there whole, or not at all.
   *
   * @param warnings takes what went wrong without harm to the labels
   * @throws BadInputException if there are no such tables, they are about other images or share no
   *     class, or the output must stay as it is
   */
  public static FuseReport write(FuseRequest request, SparkSession spark, Consumer<String> warnings)
      throws IOException {
    Instant started = Instant.now();
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    WholeTable output =
        WholeTable.claim(request.output(), request.existing(), request.labels(), hadoop);
    List<SourceTable> tables =
        request.labels().stream().map(labels -> SourceTable.open(labels, spark)).toList();
    MergedClasses classes = classes(request, tables);
    ImageCheck images = ImageCheck.of(tables, request.scope());
    RunRecord record = record(request, tables, classes, started);
    ImageFusion fusion =
        new ImageFusion(
            new WeightedBoxesFusion(request.rules()), classes, record.fingerprint(), started);
    int count = tables.size();
    JavaRDD<Row> fused = byImage(tables).filter(rows -> rows.size() == count).map(fusion::row);
    output.write(new LabelWriter(spark).rows(fused), record, warnings);
    return FuseReport.of(request, tables, classes, images, output.uri(), spark);
  }

  private static MergedClasses classes(FuseRequest request, List<SourceTable> tables) {
    TreeSet<String> known = new TreeSet<>();
    tables.forEach(table -> known.addAll(table.classes().keySet()));
    request.renamed().requireClasses(known);
    MergedClasses classes =
        MergedClasses.of(
            tables.stream().map(SourceTable::classes).toList(), request.renamed().names());
    List<String> first = List.copyOf(tables.get(0).classes().keySet());
    for (SourceTable table : tables.subList(1, tables.size())) {
      List<String> others = List.copyOf(table.classes().keySet());
      if (!first.isEmpty()
          && !others.isEmpty()
          && classes.onlyOf(others, first).size() == distinct(classes, others)) {
        throw new BadInputException(
            ("Cannot fuse labels: %s and %s have no class of one name"
                    + " (%s; %s; if names differ: --class-map)")
                .formatted(
                    tables.get(0).labels(), table.labels(), examples(first), examples(others)));
      }
    }
    return classes;
  }

  private static long distinct(MergedClasses classes, List<String> names) {
    return names.stream().map(classes::name).distinct().count();
  }

  private static String examples(List<String> names) {
    return String.join(", ", names.stream().sorted().limit(3).toList())
        + (names.size() > 3 ? " …" : "");
  }

  /** The rows of each image, by table. */
  private static JavaRDD<List<SourceRow>> byImage(List<SourceTable> tables) {
    JavaPairRDD<String, SourceRow> rows = null;
    for (int i = 0; i < tables.size(); i++) {
      int table = i;
      JavaPairRDD<String, SourceRow> some =
          tables
              .get(i)
              .rows()
              .javaRDD()
              .mapToPair(row -> new Tuple2<>(uri(row), new SourceRow(table, row)));
      rows = rows == null ? some : rows.union(some);
    }
    return rows.groupByKey()
        .values()
        .map(
            group ->
                StreamSupport.stream(group.spliterator(), false)
                    .sorted(Comparator.comparingInt(SourceRow::table))
                    .toList());
  }

  private static String uri(Row row) {
    return row.getAs(LabelColumn.IMAGE_URI.columnName());
  }

  private static RunRecord record(
      FuseRequest request, List<SourceTable> tables, MergedClasses classes, Instant started) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("table", String.valueOf(LabelColumn.VERSION));
    settings.put("boxmill", Version.text());
    settings.put(TableProvenance.CLASS_NAMES, TableProvenance.text(classes.names()));
    settings.put("fusion", request.rules().toString());
    settings.put("images", request.scope().name().toLowerCase(Locale.ROOT));
    List<String> models = new ArrayList<>();
    for (int i = 0; i < tables.size(); i++) {
      SourceTable.Maker made = tables.get(i).made();
      models.add(made.model());
      settings.put("source-%d".formatted(i + 1), made + " (" + made.fingerprint() + ")");
    }
    String lines =
        String.join(
            "\n",
            settings.entrySet().stream()
                .map(setting -> setting.getKey() + " " + setting.getValue())
                .toList());
    return new RunRecord(
        started.toString(),
        ImageFusion.joined(models),
        request.rules().toString(),
        DigestUtils.sha256Hex(lines),
        settings);
  }
}
