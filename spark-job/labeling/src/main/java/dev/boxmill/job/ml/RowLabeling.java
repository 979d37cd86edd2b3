package dev.boxmill.job.ml;

import dev.boxmill.job.images.FileContent;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.images.ImageInputException;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.run.TaskLabeling;
import dev.boxmill.job.storage.SignedAddress;
import dev.boxmill.job.table.LabelTable;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.LabelColumn;
import dev.boxmill.schemas.LabelRow;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Labels the rows of one partition. */
final class RowLabeling implements MapPartitionsFunction<Row, Row> {

  /** The label table's columns without the image's address, which the row has. */
  static final StructType SCHEMA =
      new StructType(
          Arrays.stream(LabelTable.schema().fields())
              .filter(field -> !field.name().equals(LabelColumn.IMAGE_URI.columnName()))
              .toArray(StructField[]::new));

  private static final long serialVersionUID = 1;

  private final TaskLabeling task;
  private final ImageColumns columns;

  RowLabeling(TaskLabeling task, ImageColumns columns) {
    this.task = task;
    this.columns = columns;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    Inputs inputs = new Inputs(rows);
    Iterator<LabelRow> labeled = task.label(inputs);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return labeled.hasNext();
      }

      @Override
      public Row next() {
        LabelRow labels = labeled.next();
        return joined(inputs.taken(labels.imageUri()), labels);
      }
    };
  }

  private Row joined(Row image, LabelRow labels) {
    Row table = task.row(labels);
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
    private final Map<String, Row> underWay = new ConcurrentHashMap<>();
    private long count;

    Inputs(Iterator<Row> rows) {
      this.rows = rows;
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
      return new ImageInput(number, () -> content(row));
    }

    Row taken(String number) {
      return underWay.remove(number);
    }
  }

  private byte[] content(Row row) throws IOException {
    int column = columns.content() == ImageColumns.NONE ? columns.uri() : columns.content();
    if (row.isNullAt(column)) {
      throw new ImageInputException(
          ErrorCategory.UNREADABLE,
          "Cannot read an image: its row has no value in column "
              + row.schema().apply(column).name(),
          null);
    }
    if (columns.content() == ImageColumns.NONE) {
      ListedFile file = ListedFile.image(SignedAddress.of(row.getString(column)));
      return new FileContent(file, task.hadoop()).read();
    }
    return row.getAs(column);
  }
}
