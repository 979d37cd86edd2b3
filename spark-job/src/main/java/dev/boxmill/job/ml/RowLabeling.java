package dev.boxmill.job.ml;

import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.run.TaskSlot;
import dev.boxmill.job.session.ImageInput;
import dev.boxmill.job.session.ImageInputException;
import dev.boxmill.job.session.ImageLabeler;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.source.FileContent;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.LabelTable;
import dev.boxmill.job.table.RunColumns;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.LabelColumn;
import dev.boxmill.schemas.LabelRow;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/** Labels the rows of one partition. */
final class RowLabeling implements MapPartitionsFunction<Row, Row> {

  /** The label table's columns without the image's address, which the row has. */
  static final StructType SCHEMA =
      new StructType(
          Arrays.stream(LabelTable.schema().fields())
              .filter(field -> !field.name().equals(LabelColumn.IMAGE_URI.columnName()))
              .toArray(StructField[]::new));

  private static final long serialVersionUID = 1;

  private final PreparedLabeler labeler;
  private final RunColumns run;
  private final ImageColumns columns;
  private final Broadcast<SerializableConfiguration> hadoop;

  RowLabeling(
      PreparedLabeler labeler, ImageColumns columns, Broadcast<SerializableConfiguration> hadoop) {
    this.labeler = labeler;
    this.run = new RunColumns(labeler.model(), labeler.refiners(), labeler.fingerprint());
    this.columns = columns;
    this.hadoop = hadoop;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return List.<Row>of().iterator();
    }
    Configuration settings = hadoop.value().value();
    ImageLabeler opened = TaskSlot.open(labeler, settings);
    Inputs inputs = new Inputs(rows, settings);
    Iterator<LabelRow> labelled = opened.label(inputs);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return labelled.hasNext();
      }

      @Override
      public Row next() {
        LabelRow labels = labelled.next();
        return joined(inputs.taken(labels.imageUri()), labels);
      }
    };
  }

  private Row joined(Row image, LabelRow labels) {
    Row table = LabelRows.row(labels, run, Instant.now());
    Row added =
        RowFactory.create(
            IntStream.range(0, table.size())
                .filter(i -> i != LabelColumn.IMAGE_URI.ordinal())
                .mapToObj(table::get)
                .toArray());
    Stream<Object> kept = IntStream.range(0, image.size()).mapToObj(image::get);
    return RowFactory.create(Stream.concat(kept, Stream.of(added)).toArray());
  }

  /** Rows as inputs. Their addresses may repeat, so each goes by its number. */
  private final class Inputs implements Iterator<ImageInput> {
    private final Iterator<Row> rows;
    private final Configuration settings;
    private final Map<String, Row> underWay = new HashMap<>();
    private long count;

    Inputs(Iterator<Row> rows, Configuration settings) {
      this.rows = rows;
      this.settings = settings;
    }

    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public ImageInput next() {
      Row row = rows.next();
      String number = String.valueOf(count++);
      underWay.put(number, row);
      return new ImageInput(number, () -> content(row, settings));
    }

    Row taken(String number) {
      return underWay.remove(number);
    }
  }

  private byte[] content(Row row, Configuration settings) throws IOException {
    int column = columns.content() == ImageColumns.NONE ? columns.uri() : columns.content();
    if (row.isNullAt(column)) {
      throw new ImageInputException(
          ErrorCategory.UNREADABLE,
          "Cannot read an image: its row has no value in column "
              + row.schema().apply(column).name(),
          null);
    }
    if (columns.content() == ImageColumns.NONE) {
      ListedFile file = ListedFile.image(row.getString(column), ListedFile.UNKNOWN_LENGTH);
      return new FileContent(file, settings).read();
    }
    return row.getAs(column);
  }
}
