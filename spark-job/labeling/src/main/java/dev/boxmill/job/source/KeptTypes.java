package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.source.TableColumns.Kept;
import dev.boxmill.job.table.KeptColumns;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The types of columns that are carried along, which all files must agree on. */
final class KeptTypes {

  private final List<String> names;
  private final Map<String, DataType> types = new HashMap<>();
  private final Map<String, String> places = new HashMap<>();
  private String found = "no table";

  /**
   * @param before those of the label table that is there already
   */
  KeptTypes(List<String> names, KeptColumns before) {
    this.names = names;
    for (String name : before.names()) {
      types.put(name, before.fields().apply(name).dataType());
      places.put(name, "the labels that are there already");
    }
  }

  /**
   * Adds a file's.
   *
   * @throws BadInputException if it has another type than a file before
   */
  void add(TableFooter footer) {
    List<Kept> columns = footer.columns().orElseThrow().kept();
    for (int i = 0; i < names.size(); i++) {
      if (columns.get(i).type() != null) {
        add(names.get(i), columns.get(i).type(), footer.file());
      }
    }
    found = footer.found().plain();
  }

  /**
   * Names columns that are there, for messages.
   *
   * @param names with commas between them
   */
  void found(String names) {
    found = names.isEmpty() ? "none" : names;
  }

  /** Adds one column of a file. */
  void add(String name, DataType type, String file) {
    DataType known = types.putIfAbsent(name, type);
    if (known == null) {
      places.put(name, file);
    } else if (!known.equals(type)) {
      throw new BadInputException(
          "Cannot keep column "
              + name
              + ": it is "
              + type.simpleString()
              + " in "
              + file
              + " and "
              + known.simpleString()
              + " in "
              + places.get(name)
              + " (write the tables with one type, or leave it out of --keep-columns)");
    }
  }

  /**
   * Looks whether each is somewhere.
   *
   * @throws BadInputException if not
   */
  void refuseMissing() {
    List<String> missing = names.stream().filter(name -> !types.containsKey(name)).toList();
    if (!missing.isEmpty()) {
      throw new BadInputException(
          "Unknown column in --keep-columns: "
              + String.join(", ", missing)
              + " (known: "
              + found
              + "; a list or map can't be kept)");
    }
  }

  KeptColumns columns() {
    return names.isEmpty()
        ? KeptColumns.NONE
        : new KeptColumns(
            new StructType(
                names.stream()
                    .map(name -> field(name, types.getOrDefault(name, DataTypes.StringType)))
                    .toArray(StructField[]::new)));
  }

  private static StructField field(String name, DataType type) {
    return DataTypes.createStructField(name, type, true);
  }
}
