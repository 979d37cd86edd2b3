package dev.boxmill.job.source;

import dev.boxmill.job.images.HeapLease;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputDecompressor;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.io.SeekableInputStream;

/**
 * The pages of a row group, each read when its turn comes: a row group that does not fit into
 * memory is read in pieces that do. Parquet's own reader fetches a row group whole.
 */
final class StreamedPages implements PageReadStore, Closeable {

  private final BlockMetaData block;
  private final WatchedInput input;
  private final ParquetReadOptions options;
  private final List<Column> opened = new ArrayList<>();

  StreamedPages(BlockMetaData block, WatchedInput input, ParquetReadOptions options) {
    this.block = block;
    this.input = input;
    this.options = options;
  }

  @Override
  public long getRowCount() {
    return block.getRowCount();
  }

  @Override
  public PageReader getPageReader(ColumnDescriptor column) {
    ColumnPath path = ColumnPath.get(column.getPath());
    ColumnChunkMetaData chunk =
        block.getColumns().stream()
            .filter(candidate -> candidate.getPath().equals(path))
            .findFirst()
            .orElseThrow();
    try {
      Column pages = new Column(chunk);
      opened.add(pages);
      return pages;
    } catch (IOException failure) {
      throw new ParquetDecodingException(failure.getMessage(), failure);
    }
  }

  @Override
  public void close() {
    for (Column column : opened) {
      try {
        column.close();
      } catch (IOException useless) {
        // Nobody reads it any more.
      }
    }
  }

  private final class Column implements PageReader, Closeable {

    private final ColumnChunkMetaData chunk;
    private final SeekableInputStream stream;
    private final BytesInputDecompressor decompressor;
    private PageHeader header;
    private HeapLease lease;
    private long values;

    Column(ColumnChunkMetaData chunk) throws IOException {
      this.chunk = chunk;
      this.decompressor = options.getCodecFactory().getDecompressor(chunk.getCodec());
      this.stream = input.newStream();
      stream.seek(chunk.getStartingPos());
    }

    @Override
    public long getTotalValueCount() {
      return chunk.getValueCount();
    }

    @Override
    public DictionaryPage readDictionaryPage() {
      return reading(
          () -> {
            header = Util.readPageHeader(stream);
            if (header.getType() != PageType.DICTIONARY_PAGE) {
              return null;
            }
            PageHeader dictionary = header;
            header = null;
            return new DictionaryPage(
                unpacked(
                    BytesInput.from(content(dictionary)), dictionary.getUncompressed_page_size()),
                dictionary.getDictionary_page_header().getNum_values(),
                encoding(dictionary.getDictionary_page_header().getEncoding()));
          });
    }

    @Override
    public DataPage readPage() {
      return values >= chunk.getValueCount() ? null : reading(this::nextPage);
    }

    private DataPage nextPage() throws IOException {
      release();
      while (true) {
        PageHeader next = header == null ? Util.readPageHeader(stream) : header;
        header = null;
        switch (next.getType()) {
          case DATA_PAGE -> {
            values += next.getData_page_header().getNum_values();
            return page(next, next.getData_page_header());
          }
          case DATA_PAGE_V2 -> {
            values += next.getData_page_header_v2().getNum_values();
            return page(next, next.getData_page_header_v2());
          }
          default -> stream.skipNBytes(next.getCompressed_page_size());
        }
      }
    }

    private DataPage page(PageHeader page, DataPageHeader data) throws IOException {
      lease =
          HeapLease.of((long) page.getCompressed_page_size() + page.getUncompressed_page_size());
      return new DataPageV1(
          unpacked(BytesInput.from(content(page)), page.getUncompressed_page_size()),
          data.getNum_values(),
          page.getUncompressed_page_size(),
          noStatistics(),
          encoding(data.getRepetition_level_encoding()),
          encoding(data.getDefinition_level_encoding()),
          encoding(data.getEncoding()));
    }

    /** Levels lie before the values and are never compressed. */
    private DataPage page(PageHeader page, DataPageHeaderV2 data) throws IOException {
      lease =
          HeapLease.of((long) page.getCompressed_page_size() + page.getUncompressed_page_size());
      byte[] content = content(page);
      int repetition = data.getRepetition_levels_byte_length();
      int definition = data.getDefinition_levels_byte_length();
      int levels = repetition + definition;
      BytesInput packed = BytesInput.from(content, levels, content.length - levels);
      return DataPageV2.uncompressed(
          data.getNum_rows(),
          data.getNum_nulls(),
          data.getNum_values(),
          BytesInput.from(content, 0, repetition),
          BytesInput.from(content, repetition, definition),
          encoding(data.getEncoding()),
          data.isIs_compressed()
              ? unpacked(packed, page.getUncompressed_page_size() - levels)
              : packed,
          noStatistics());
    }

    private BytesInput unpacked(BytesInput packed, int length) throws IOException {
      return length == 0 ? packed : decompressor.decompress(packed, length);
    }

    private Statistics<?> noStatistics() {
      return Statistics.getBuilderForReading(chunk.getPrimitiveType()).build();
    }

    private static Encoding encoding(org.apache.parquet.format.Encoding encoding) {
      return Encoding.valueOf(encoding.name());
    }

    private byte[] content(PageHeader page) throws IOException {
      byte[] content = stream.readNBytes(page.getCompressed_page_size());
      if (content.length < page.getCompressed_page_size()) {
        throw new EOFException("the file ends inside a page");
      }
      return content;
    }

    private <T> T reading(Reading<T> reading) {
      try {
        return reading.read();
      } catch (IOException failure) {
        throw new ParquetDecodingException(failure.getMessage(), failure);
      }
    }

    private void release() {
      if (lease != null) {
        lease.close();
      }
    }

    @Override
    public void close() throws IOException {
      release();
      stream.close();
    }
  }

  private interface Reading<T> {
    T read() throws IOException;
  }
}
