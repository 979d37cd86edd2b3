package dev.boxmill.job.source;

import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.images.HeapLease;
import dev.boxmill.job.images.NoRoomException;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.HadoopReadOptions;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * The rows of a row group, of some columns, from its first row on; what follows damage can't be
 * read. Other columns are not touched: whatever type they have, and even if they are damaged. What
 * does not fit into memory at once is read page by page.
 */
final class GroupRows implements Closeable {

  /** Writers put up to so many values into a page, however long they are. */
  private static final double VALUES_OF_A_PAGE = 1024;

  private final String file;
  private final WatchedInput input;
  private final ParquetFileReader reader;
  private final Closeable held;
  private final RecordReader<Group> rows;

  private GroupRows(
      String file,
      WatchedInput input,
      ParquetFileReader reader,
      Closeable held,
      RecordReader<Group> rows) {
    this.file = file;
    this.input = input;
    this.reader = reader;
    this.held = held;
    this.rows = rows;
  }

  /**
   * Opens them.
   *
   * @param columns names from the outside in; a file need not have them
   * @throws IOException if the file is damaged
   * @throws UncheckedIOException if the store fails
   */
  static GroupRows open(RowGroup group, List<List<String>> columns, Configuration hadoop)
      throws IOException {
    WatchedInput input = new WatchedInput(group.file(), hadoop);
    try {
      ParquetReadOptions options = HadoopReadOptions.builder(hadoop).build();
      ParquetFileReader reader = ParquetFileReader.open(input, options);
      try {
        return of(input, reader, options, group, columns);
      } catch (IOException | RuntimeException | OutOfMemoryError failure) {
        reader.close();
        throw failure;
      }
    } catch (IOException | RuntimeException failure) {
      throwIfStoreFailed(input, group.file(), failure);
      throw failure;
    }
  }

  private static GroupRows of(
      WatchedInput input,
      ParquetFileReader reader,
      ParquetReadOptions options,
      RowGroup group,
      List<List<String>> columns)
      throws IOException {
    MessageType all = reader.getFileMetaData().getSchema();
    List<Type> types = chosen(all, columns);
    if (types.isEmpty()) {
      return new GroupRows(group.file(), input, reader, () -> {}, null);
    }
    MessageType chosen = new MessageType(all.getName(), types);
    HeapLease lease;
    try {
      lease = HeapLease.of(heldBytes(reader, group, columns));
    } catch (NoRoomException full) {
      return streamed(input, reader, options, group, chosen);
    }
    try {
      reader.setRequestedSchema(chosen);
      PageReadStore pages = reader.readRowGroup(group.index());
      return new GroupRows(group.file(), input, reader, lease, rows(reader, pages, chosen));
    } catch (IOException | RuntimeException | OutOfMemoryError failure) {
      lease.close();
      throw failure;
    }
  }

  /** The same rows, of which only a page of each column is in memory. */
  static GroupRows streamed(RowGroup group, List<List<String>> columns, Configuration hadoop)
      throws IOException {
    WatchedInput input = new WatchedInput(group.file(), hadoop);
    ParquetReadOptions options = HadoopReadOptions.builder(hadoop).build();
    ParquetFileReader reader = ParquetFileReader.open(input, options);
    MessageType all = reader.getFileMetaData().getSchema();
    return streamed(
        input, reader, options, group, new MessageType(all.getName(), chosen(all, columns)));
  }

  private static GroupRows streamed(
      WatchedInput input,
      ParquetFileReader reader,
      ParquetReadOptions options,
      RowGroup group,
      MessageType chosen) {
    StreamedPages pages =
        new StreamedPages(reader.getFooter().getBlocks().get(group.index()), input, options);
    try {
      return new GroupRows(group.file(), input, reader, pages, rows(reader, pages, chosen));
    } catch (RuntimeException | OutOfMemoryError failure) {
      pages.close();
      throw failure;
    }
  }

  private static RecordReader<Group> rows(
      ParquetFileReader reader, PageReadStore pages, MessageType chosen) {
    return new ColumnIOFactory(reader.getFileMetaData().getCreatedBy())
        .getColumnIO(chosen)
        .getRecordReader(pages, new GroupRecordConverter(chosen));
  }

  private static List<Type> chosen(GroupType level, List<List<String>> columns) {
    List<Type> chosen = new ArrayList<>();
    for (Type field : level.getFields()) {
      List<List<String>> inner =
          columns.stream()
              .filter(path -> !path.isEmpty() && path.get(0).equals(field.getName()))
              .map(path -> path.subList(1, path.size()))
              .toList();
      if (field.isPrimitive()) {
        inner.stream().filter(List::isEmpty).findFirst().ifPresent(whole -> chosen.add(field));
      } else {
        List<Type> below = inner.isEmpty() ? List.of() : chosen(field.asGroupType(), inner);
        if (!below.isEmpty()) {
          chosen.add(new GroupType(field.getRepetition(), field.getName(), below));
        }
      }
    }
    return chosen;
  }

  /** All their pages as they are stored, and the longest page as it is read. */
  private static long heldBytes(
      ParquetFileReader reader, RowGroup group, List<List<String>> columns) {
    BlockMetaData block = reader.getFooter().getBlocks().get(group.index());
    double page = Math.min(1, VALUES_OF_A_PAGE / Math.max(1, block.getRowCount()));
    double held = 0;
    for (ColumnChunkMetaData chunk : block.getColumns()) {
      if (columns.contains(List.of(chunk.getPath().toArray()))) {
        held += chunk.getTotalSize() + chunk.getTotalUncompressedSize() * page;
      }
    }
    return (long) held;
  }

  TableRow next() throws IOException {
    try {
      return new TableRow(rows == null ? null : rows.read());
    } catch (RuntimeException failure) {
      throwIfStoreFailed(input, file, failure);
      throw failure;
    }
  }

  private static void throwIfStoreFailed(WatchedInput input, String file, Exception failure) {
    if (input.storeFailed()) {
      throw new UncheckedIOException(
          new IOException("Cannot read " + file + ": " + FailureReason.of(failure), failure));
    }
  }

  @Override
  public void close() throws IOException {
    held.close();
    reader.close();
  }

  /** For a file that is of no more use, whatever it says. */
  void closeQuietly() {
    try {
      close();
    } catch (IOException | RuntimeException useless) {
      // Nobody reads it any more.
    }
  }
}
