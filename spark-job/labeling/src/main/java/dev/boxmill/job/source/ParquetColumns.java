package dev.boxmill.job.source;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Which columns of a Parquet table hold images, their names, or their URIs. */
final class ParquetColumns {

  /**
   * Columns that may hold the bytes, the best first; {@code image.bytes} as Hugging Face has it.
   */
  static final List<String> BYTES = List.of("image.bytes", "bytes", "content", "image");

  /** Columns that may name an image whose bytes stand beside it, the best first. */
  static final List<String> NAMES =
      List.of("uri", "image_uri", "path", "url", "image.path", "file_name", "filename", "id");

  private final StructType schema;

  ParquetColumns(StructType schema) {
    this.schema = schema;
  }

  /** The column of the images' bytes. */
  Optional<Column> bytes() {
    return BYTES.stream().flatMap(name -> find(name, BinaryType.class).stream()).findFirst();
  }

  /** The column of the images' names, as text. */
  Optional<Column> name() {
    return NAMES.stream()
        .flatMap(name -> find(name, DataType.class).stream())
        .map(column -> column.cast("string"))
        .findFirst();
  }

  /** The column of URIs, for a manifest. */
  Optional<Column> uri() {
    return TextManifest.URI_COLUMNS.stream()
        .flatMap(name -> find(name, StringType.class).stream())
        .findFirst();
  }

  /** All columns with their types, for a message. */
  String found() {
    return schema.simpleString();
  }

  private Optional<Column> find(String name, Class<? extends DataType> type) {
    StructType level = schema;
    String quoted = "";
    String[] parts = name.split("\\.");
    for (int part = 0; part < parts.length; part++) {
      Optional<StructField> field = field(level, parts[part]);
      if (field.isEmpty()) {
        return Optional.empty();
      }
      quoted += (part == 0 ? "`" : ".`") + field.get().name() + "`";
      DataType found = field.get().dataType();
      if (part == parts.length - 1) {
        boolean fits = type.isInstance(found) && !(found instanceof StructType);
        return fits ? Optional.of(functions.col(quoted)) : Optional.empty();
      }
      if (!(found instanceof StructType struct)) {
        return Optional.empty();
      }
      level = struct;
    }
    return Optional.empty();
  }

  private static Optional<StructField> field(StructType level, String name) {
    for (StructField field : level.fields()) {
      if (field.name().toLowerCase(Locale.ROOT).equals(name)) {
        return Optional.of(field);
      }
    }
    return Optional.empty();
  }
}
