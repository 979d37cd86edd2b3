package dev.boxmill.job.source;

import dev.boxmill.job.images.WholeContent;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.Type;

/**
 * A row of a Parquet file, of some of its columns; these are named from the outside in.
 *
 * @param group null if the file has none of them
 */
record TableRow(Group group) {

  /** Null if it has none. */
  byte[] bytes(List<String> column) throws IOException {
    Optional<Group> holder = holder(column);
    return holder.isEmpty()
        ? null
        : WholeContent.copy(holder.get().getBinary(last(column), 0).toByteBuffer());
  }

  /** As Spark would write it; null if it has none. */
  String text(List<String> column) {
    return holder(column)
        .map(holder -> kind(holder, column).text(holder, last(column)))
        .orElse(null);
  }

  /** As a column has it that carries it along; null if it has none. */
  Object value(List<String> column) {
    return holder(column)
        .map(holder -> kind(holder, column).value(holder, last(column)))
        .orElse(null);
  }

  private static PlainKind kind(Group holder, List<String> column) {
    return PlainKind.of(holder.getType().getType(last(column)).asPrimitiveType());
  }

  private static String last(List<String> column) {
    return column.get(column.size() - 1);
  }

  /** The group around the value, if there is one. */
  private Optional<Group> holder(List<String> column) {
    Group level = column.isEmpty() ? null : group;
    for (String name : column) {
      if (level == null || !holds(level, name)) {
        return Optional.empty();
      }
      Type field = level.getType().getType(name);
      if (field.isPrimitive()) {
        return Optional.of(level);
      }
      level = level.getGroup(name, 0);
    }
    return Optional.empty();
  }

  private static boolean holds(Group level, String name) {
    return level.getType().containsField(name) && level.getFieldRepetitionCount(name) > 0;
  }
}
