package dev.boxmill.job.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestCsvRecords {

  @Test
  void fieldsMayBeQuotedAndReachOverLines() throws IOException {
    CsvRecords records =
        new CsvRecords(
            new BufferedReader(
                new StringReader("a,b\r\n\r\n\"x, \"\"y\"\"\",2\n\"over\nlines\",\n,in\"side\n")));

    assertThat(records.next()).containsExactly("a", "b");
    assertThat(records.next()).containsExactly("x, \"y\"", "2");
    assertThat(records.next()).containsExactly("over\nlines", "");
    assertThat(records.next()).containsExactly("", "in\"side");
    assertThat(records.next()).isEqualTo(List.of());
  }

  @Test
  void quotedFieldsMustEnd() {
    CsvRecords records = new CsvRecords(new BufferedReader(new StringReader("1,\"a\n2,b\n3,c\n")));

    assertThatThrownBy(records::next)
        .isInstanceOf(EOFException.class)
        .hasMessage("its last quoted field does not end");
  }

  @Test
  void aLineWhoseQuotesDoNotMatchIsOneField() throws IOException {
    assertThat(CsvRecords.ofLine("\"a, b.jpg")).containsExactly("\"a, b.jpg");
    assertThat(CsvRecords.ofLine("id,\"uri\"")).containsExactly("id", "uri");
  }
}
