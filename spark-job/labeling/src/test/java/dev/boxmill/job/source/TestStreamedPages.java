package dev.boxmill.job.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A row group page by page, against Parquet's own reader, which takes it whole. */
final class TestStreamedPages {

  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          "message table { optional int64 other; optional binary split (STRING);"
              + " optional group image { optional binary bytes; } }");

  private static final int ROWS = 300;
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "PARQUET_1_0, UNCOMPRESSED, true",
    "PARQUET_1_0, SNAPPY, false",
    "PARQUET_1_0, ZSTD, true",
    "PARQUET_2_0, UNCOMPRESSED, false",
    "PARQUET_2_0, GZIP, true"
  })
  void givesTheRowsOfTheWholeGroup(
      WriterVersion version, CompressionCodecName codec, boolean dictionary) throws IOException {
    Path file = folder.resolve("t.parquet");
    write(file, version, codec, dictionary);
    List<List<String>> columns = List.of(List.of("image", "bytes"), List.of("split"));
    RowGroup group =
        new RowGroup(
            file.toUri().toString(),
            0,
            0,
            ROWS,
            new TableColumns(List.of(), List.of(), List.of("image", "bytes"), List.of()));

    List<String> whole = read(GroupRows.open(group, columns, HADOOP));
    List<String> streamed = read(GroupRows.streamed(group, columns, HADOOP));

    assertThat(whole).hasSize(ROWS).contains("null a", "299-299-299- b");
    assertThat(streamed).isEqualTo(whole);
  }

  private static List<String> read(GroupRows rows) throws IOException {
    List<String> read = new ArrayList<>();
    try (rows) {
      for (int row = 0; row < ROWS; row++) {
        TableRow next = rows.next();
        byte[] bytes = next.bytes(List.of("image", "bytes"));
        String text =
            bytes == null
                ? "null"
                : new String(bytes, 0, Math.min(12, bytes.length), StandardCharsets.UTF_8);
        read.add(text + " " + next.text(List.of("split")));
      }
    }
    return read;
  }

  private static void write(
      Path file, WriterVersion version, CompressionCodecName codec, boolean dictionary)
      throws IOException {
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new org.apache.hadoop.fs.Path(file.toUri()))
            .withConf(HADOOP)
            .withType(SCHEMA)
            .withWriterVersion(version)
            .withCompressionCodec(codec)
            .withDictionaryEncoding(dictionary)
            .withPageSize(4096)
            .build()) {
      for (int row = 0; row < ROWS; row++) {
        Group group = new SimpleGroup(SCHEMA).append("other", (long) row);
        group.append("split", row % 3 == 0 ? "a" : "b");
        if (row % 7 != 0 || row % 3 != 0) {
          byte[] bytes = (row + "-").repeat(60).getBytes(StandardCharsets.UTF_8);
          group.addGroup("image").append("bytes", Binary.fromConstantByteArray(bytes));
        }
        writer.write(group);
      }
    }
  }
}
