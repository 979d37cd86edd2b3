package dev.boxmill.job.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.spark.sql.types.DataType;
import org.junit.jupiter.api.Test;

final class TestPlainKind {

  @Test
  void namesAreWrittenAsSparkWritesThem() {
    assertValue("boolean c", row -> row.append("c", true), "true", "boolean");
    assertValue("int32 c", row -> row.append("c", -7), "-7", "bigint");
    assertValue("int32 c (INTEGER(32,false))", row -> row.append("c", -1), "4294967295", "bigint");
    assertValue("int32 c (INTEGER(8,true))", row -> row.append("c", -1), "-1", "bigint");
    assertValue(
        "int64 c (INTEGER(64,false))",
        row -> row.append("c", -1L),
        "18446744073709551615",
        "decimal(20,0)");
    assertValue("float c", row -> row.append("c", 1.1f), "1.1", "double");
    assertValue("double c", row -> row.append("c", 1e10), "1.0E10", "double");
    assertValue(
        "fixed_len_byte_array(2) c (FLOAT16)",
        row -> row.append("c", bytes(0x00, 0x3E)),
        "1.5",
        "double");
    assertValue("int32 c (DECIMAL(5,2))", row -> row.append("c", 1050), "10.50", "decimal(5,2)");
    assertValue(
        "fixed_len_byte_array(2) c (DECIMAL(4,1))",
        row -> row.append("c", bytes(0xFF, 0xFF)),
        "-0.1",
        "decimal(4,1)");
    assertValue("binary c (STRING)", row -> row.append("c", "größe"), "größe", "string");
    assertValue("binary c (ENUM)", row -> row.append("c", "A"), "A", "string");
    assertValue("binary c", row -> row.append("c", "raw"), "raw", "binary");
    assertValue("int32 c (DATE)", row -> row.append("c", 20_000), "2024-10-04", "date");
  }

  @Test
  void timesAreWrittenAsSparkWritesThem() {
    String time = "2001-09-09 01:46:40.5";
    assertValue(
        "int64 c (TIMESTAMP(MILLIS,true))",
        row -> row.append("c", 1_000_000_000_500L),
        time,
        "timestamp");
    assertValue(
        "int64 c (TIMESTAMP(MICROS,false))",
        row -> row.append("c", 1_000_000_000_500_000L),
        time,
        "timestamp_ntz");
    assertValue(
        "int64 c (TIMESTAMP(NANOS,true))",
        row -> row.append("c", 1_000_000_000_000_000_000L),
        "2001-09-09 01:46:40",
        "timestamp");
    assertValue(
        "int96 c",
        row -> row.append("c", bytes(1, 0, 0, 0, 0, 0, 0, 0, 0x8D, 0x3D, 0x25, 0)),
        "1970-01-02 00:00:00.000000001",
        "timestamp");
    assertValue(
        "fixed_len_byte_array(16) c (UUID)",
        row -> row.append("c", bytes(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)),
        "00010203-0405-0607-0809-0a0b0c0d0e0f",
        "string");
  }

  @Test
  void whatHasNoMeaningHereIsNotCarriedAlong() {
    for (String foreign :
        new String[] {
          "int32 c (UNKNOWN)", "fixed_len_byte_array(12) c (INTERVAL)", "binary c (DECIMAL(60,2))"
        }) {
      PrimitiveType type = type(foreign).getType("c").asPrimitiveType();

      assertThat(PlainKind.of(type).carried(type)).isEmpty();
      assertThat(PlainKind.of(type).isName()).isFalse();
    }
  }

  private static void assertValue(
      String column, Consumer<Group> value, String text, String sparkType) {
    MessageType schema = type(column);
    Group row = new SimpleGroup(schema);
    value.accept(row);
    PrimitiveType type = schema.getType("c").asPrimitiveType();
    PlainKind kind = PlainKind.of(type);

    assertThat(kind.text(row, "c")).isEqualTo(text);
    assertThat(kind.carried(type)).map(DataType::catalogString).hasValue(sparkType);
  }

  private static MessageType type(String column) {
    return MessageTypeParser.parseMessageType("message table { optional " + column + "; }");
  }

  private static Binary bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return Binary.fromConstantByteArray(bytes);
  }
}
