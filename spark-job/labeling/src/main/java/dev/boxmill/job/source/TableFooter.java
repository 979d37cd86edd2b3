package dev.boxmill.job.source;

import dev.boxmill.job.error.FailureReason;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;

/**
 * What the end of a Parquet file says of it.
 *
 * @param groupRows rows of each of its row groups
 * @param imageColumns where its images are; null if it has none
 * @param addressColumns where addresses of images are; null if it has none
 * @param found its columns; null if it can't be read
 * @param problem why it can't be read as Parquet; null if it can
 */
record TableFooter(
    String file,
    List<Long> groupRows,
    TableColumns imageColumns,
    TableColumns addressColumns,
    FoundColumns found,
    String problem)
    implements Serializable {

  private static final long serialVersionUID = 1;

  TableFooter {
    groupRows = new ArrayList<>(groupRows);
  }

  private static TableFooter damaged(String file, Exception failure) {
    return new TableFooter(file, List.of(), null, null, null, reason(failure));
  }

  /**
   * Reads it; a damaged one says so.
   *
   * @throws UncheckedIOException if the store fails
   */
  static TableFooter of(String file, TableOptions options, Configuration hadoop) {
    try {
      return of(file, options, new WatchedInput(file, hadoop));
    } catch (IOException unreadable) {
      return damaged(file, unreadable);
    }
  }

  private static TableFooter of(String file, TableOptions options, WatchedInput input) {
    try (ParquetFileReader reader = ParquetFileReader.open(input)) {
      FileColumns columns = new FileColumns(reader.getFileMetaData().getSchema());
      Map<String, String> partition = PartitionValues.of(file);
      return new TableFooter(
          file,
          reader.getFooter().getBlocks().stream().map(BlockMetaData::getRowCount).toList(),
          columns.images(options, partition).orElse(null),
          columns.addresses(options, partition).orElse(null),
          columns.found(),
          null);
    } catch (IOException | RuntimeException damage) {
      if (input.storeFailed()) {
        throw new UncheckedIOException(
            new IOException("Cannot read " + file + ": " + reason(damage), damage));
      }
      return damaged(file, damage);
    }
  }

  private static String reason(Exception failure) {
    return FailureReason.of(failure).lines().findFirst().orElse("");
  }

  boolean isSound() {
    return problem == null;
  }

  boolean holdsImages() {
    return imageColumns != null;
  }

  boolean holdsAddresses() {
    return addressColumns != null;
  }

  /** Where its images or, without any, their addresses are. */
  Optional<TableColumns> columns() {
    return Optional.ofNullable(holdsImages() ? imageColumns : addressColumns);
  }

  /** Its row groups, to read those columns of them. */
  List<RowGroup> groups(TableColumns columns) {
    List<RowGroup> groups = new ArrayList<>();
    long firstRow = 0;
    for (long rows : groupRows) {
      groups.add(new RowGroup(file, groups.size(), firstRow, rows, columns));
      firstRow += rows;
    }
    return groups;
  }
}
