package dev.boxmill.job.ml;

import dev.boxmill.job.error.BadInputException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Where a DataFrame has its images.
 *
 * @param uri index of the column of addresses
 * @param content index of the column of bytes, or {@link #NONE}
 */
record ImageColumns(int uri, int content) implements Serializable {

  static final int NONE = -1;

  /**
   * The columns of those names.
   *
   * @throws BadInputException if there is no column of addresses, or one has another type
   */
  static ImageColumns of(StructType schema, String uri, String content) {
    if (index(schema, uri) == NONE) {
      throw new BadInputException(
          "Cannot label: there is no column " + uri + " (set uriCol to one that names the images)");
    }
    require(schema, uri, DataTypes.StringType);
    if (index(schema, content) != NONE) {
      require(schema, content, DataTypes.BinaryType);
    }
    return new ImageColumns(index(schema, uri), index(schema, content));
  }

  private static int index(StructType schema, String name) {
    return Arrays.asList(schema.fieldNames()).indexOf(name);
  }

  private static void require(StructType schema, String name, DataType type) {
    DataType found = schema.apply(name).dataType();
    if (!found.sameType(type)) {
      throw new BadInputException(
          "Cannot label: column %s is %s (must be %s)"
              .formatted(
                  name, found.sql().toLowerCase(Locale.ROOT), type.sql().toLowerCase(Locale.ROOT)));
    }
  }
}
