package dev.boxmill.job.source;

import dev.boxmill.job.source.TableColumns.Kept;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils;
import org.apache.spark.sql.types.DataTypes;

/** Values that the folders around a file give to all its rows, as in {@code split=train/}. */
final class PartitionValues {

  private PartitionValues() {}

  /** By name in lower case; a value may be null. */
  static Map<String, String> of(String file) {
    Map<String, String> values = new TreeMap<>();
    for (Path folder = new Path(file).getParent(); folder != null; folder = folder.getParent()) {
      String name = folder.getName();
      int equals = name.indexOf('=');
      if (equals > 0) {
        String column = ExternalCatalogUtils.unescapePathName(name.substring(0, equals));
        values.putIfAbsent(column.toLowerCase(Locale.ROOT), value(name.substring(equals + 1)));
      }
    }
    return values;
  }

  /** What is carried along of them; empty if no folder says so. */
  static Optional<Kept> kept(String name, Map<String, String> values) {
    String key = name.toLowerCase(Locale.ROOT);
    return values.containsKey(key)
        ? Optional.of(new Kept(List.of(), values.get(key), DataTypes.StringType))
        : Optional.empty();
  }

  private static String value(String text) {
    return text.equals(ExternalCatalogUtils.DEFAULT_PARTITION_NAME())
        ? null
        : ExternalCatalogUtils.unescapePathName(text);
  }
}
