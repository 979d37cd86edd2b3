package dev.boxmill.job.source;

import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.images.NoRoomException;
import dev.boxmill.job.source.TableColumns.Kept;
import dev.boxmill.schemas.ErrorCategory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * All images of a row group, one for each of its rows: those from a damaged place on, up to the
 * group's end, are lost. A store that fails is no damage: it is thrown.
 */
final class RowGroupImages implements Iterator<TableImage> {

  private final RowGroup group;
  private final Configuration hadoop;
  private final List<String> names;
  private final Consumer<GroupRows> opened;
  private GroupRows rows;
  private long given;
  private ErrorCategory category;
  private String problem;

  /**
   * @param opened takes what is to be closed when the task ends
   */
  RowGroupImages(RowGroup group, Configuration hadoop, Consumer<GroupRows> opened) {
    this.group = group;
    this.hadoop = hadoop;
    this.opened = opened;
    this.names = names(group, hadoop);
  }

  /** The names of its rows, up to damage; null for a row without one. */
  static List<String> names(RowGroup group, Configuration hadoop) {
    TableColumns columns = group.columns();
    List<String> names = new ArrayList<>();
    if (columns.name().isEmpty()) {
      return names;
    }
    try (GroupRows rows = GroupRows.open(group, columns.named(), hadoop)) {
      for (long row = 0; row < group.rows(); row++) {
        names.add(name(group, rows.next(), hadoop));
      }
    } catch (UncheckedIOException | dev.boxmill.job.error.BadInputException failure) {
      throw failure;
    } catch (IOException | RuntimeException | OutOfMemoryError damage) {
      return names;
    }
    return names;
  }

  private static String name(RowGroup group, TableRow row, Configuration hadoop) {
    String text = group.columns().name(row);
    return text == null || text.isBlank() || !group.columns().holdsAddresses()
        ? text
        : TableAddresses.of(text, group.file(), hadoop).whole();
  }

  @Override
  public boolean hasNext() {
    return given < group.rows();
  }

  @Override
  public TableImage next() {
    if (!hasNext()) {
      throw new NoSuchElementException("No row is left in a row group of " + group.file());
    }
    long row = given++;
    String name = row < names.size() ? names.get((int) row) : null;
    long inFile = group.firstRow() + row;
    if (problem == null) {
      try {
        return read(inFile, name);
      } catch (UncheckedIOException store) {
        throw store;
      } catch (NoRoomException full) {
        lose(ErrorCategory.RESOURCES, "its part of the table does not fit into memory", full);
      } catch (IOException | RuntimeException damage) {
        boolean full = damage.getCause() instanceof NoRoomException;
        lose(
            full ? ErrorCategory.RESOURCES : ErrorCategory.STORAGE,
            full
                ? "a page of its table does not fit into memory"
                : "its table is damaged from here on",
            damage);
      } catch (OutOfMemoryError full) {
        lose(ErrorCategory.RESOURCES, "its part of the table does not fit into memory", full);
      }
    }
    return TableImage.lost(group.file(), inFile, name, category, problem);
  }

  private TableImage read(long inFile, String name) throws IOException {
    if (rows == null) {
      rows = GroupRows.open(group, group.columns().read(), hadoop);
      opened.accept(rows);
    }
    TableRow next = rows.next();
    TableImage image = image(inFile, name, next);
    if (!hasNext()) {
      rows.closeQuietly();
    }
    return image;
  }

  /** An image that is too large for the heap costs no other. */
  private TableImage image(long inFile, String name, TableRow row) throws IOException {
    Row kept = kept(row);
    try {
      return TableImage.read(group.file(), inFile, name, row.bytes(group.columns().bytes()), kept);
    } catch (NoRoomException full) {
      return TableImage.lost(
          group.file(), inFile, name, ErrorCategory.RESOURCES, FailureReason.of(full));
    }
  }

  private Row kept(TableRow row) {
    List<Kept> columns = group.columns().kept();
    return columns.isEmpty()
        ? null
        : RowFactory.create(columns.stream().map(column -> kept(row, column)).toArray());
  }

  private static Object kept(TableRow row, Kept column) {
    return column.path().isEmpty() ? column.value() : row.value(column.path());
  }

  private void lose(ErrorCategory why, String what, Throwable failure) {
    if (rows != null) {
      rows.closeQuietly();
    }
    category = why;
    problem =
        what
            + ", row group "
            + (group.index() + 1)
            + " of "
            + group.file()
            + ": "
            + FailureReason.of(cause(failure)).lines().findFirst().orElse("");
  }

  private static Throwable cause(Throwable failure) {
    return failure.getCause() == null ? failure : failure.getCause();
  }
}
