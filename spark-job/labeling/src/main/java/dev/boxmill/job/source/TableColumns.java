package dev.boxmill.job.source;

import dev.boxmill.job.images.ImageNames;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.types.DataType;

/**
 * Where a Parquet file's images are, and what is carried along with them. A column is named from
 * the outside in.
 *
 * @param name empty if rows have no name
 * @param bucket empty unless a name is the key of an object in a bucket of S3, as in its Inventory
 * @param bytes empty if rows have none: their names are addresses
 * @param kept one for each column that the user named
 */
record TableColumns(List<String> name, List<String> bucket, List<String> bytes, List<Kept> kept)
    implements Serializable {

  private static final long serialVersionUID = 1;

  /**
   * A column that is carried along.
   *
   * @param path empty if the file has no such column
   * @param value the value of all rows, as the file's folder says; null if none
   * @param type null if nothing says so
   */
  record Kept(List<String> path, String value, DataType type) implements Serializable {

    private static final long serialVersionUID = 1;

    /** Of a file that has no such column. */
    static final Kept NOTHING = new Kept(List.of(), null, null);

    Kept {
      path = new ArrayList<>(path);
    }
  }

  TableColumns {
    name = new ArrayList<>(name);
    bucket = new ArrayList<>(bucket);
    bytes = new ArrayList<>(bytes);
    kept = new ArrayList<>(kept);
  }

  boolean holdsAddresses() {
    return bytes.isEmpty();
  }

  /** Columns that a row's name is made of. */
  List<List<String>> named() {
    return Stream.of(bucket, name).filter(path -> !path.isEmpty()).toList();
  }

  /** A row's name; null if it has none, or is an object that is no image by its key. */
  String name(TableRow row) {
    String text = row.text(name);
    if (bucket.isEmpty() || text == null) {
      return text;
    }
    return object(row.text(bucket), text);
  }

  /** The address of an object of S3; null if it is no image by its key. */
  static String object(String bucket, String key) {
    return ImageNames.isImage(key) ? "s3a://" + bucket + "/" + key : null;
  }

  /** Columns that are read with the images. */
  List<List<String>> read() {
    List<List<String>> read = new ArrayList<>();
    if (!bytes.isEmpty()) {
      read.add(bytes);
    }
    kept.stream().map(Kept::path).filter(path -> !path.isEmpty()).forEach(read::add);
    return read;
  }
}
