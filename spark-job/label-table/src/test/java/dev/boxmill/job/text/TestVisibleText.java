package dev.boxmill.job.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestVisibleText {

  private static final String NAME = "größe \uD83D\uDE00\u001b[31mred\u0007\u009b2J\u007f";
  private static final String SHOWN = "größe \uD83D\uDE00\\u001b[31mred\\u0007\\u009b2J\\u007f";

  @Test
  void controlCharactersAreShown() {
    assertThat(VisibleText.line(NAME + "\n\tb\r\u202ejpg.exe"))
        .isEqualTo(SHOWN + "\\n\\tb\\r\\u202ejpg.exe");
    assertThat(VisibleText.lines(NAME + "\n\tb\rc")).isEqualTo(SHOWN + "\n\tb\\rc");
  }

  @Test
  void writersShowWhatTheyAreGiven() {
    StringWriter console = new StringWriter();
    PrintWriter writer = VisibleText.writer(console);

    writer.print(NAME);
    writer.printf("%s%n", NAME);
    writer.write('\u001b');
    writer.flush();

    assertThat(console.toString()).isEqualTo(SHOWN + SHOWN + System.lineSeparator() + "\\u001b");
  }

  @Test
  void streamsShowWhatTheyAreGiven() {
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    PrintStream stream = VisibleText.stream(console, UTF_8);

    stream.print("\r10 %");
    stream.println(NAME);
    stream.writeBytes("¡\u001b".getBytes(UTF_8));
    stream.flush();

    assertThat(console.toString(UTF_8))
        .isEqualTo("\r10 %" + SHOWN + System.lineSeparator() + "¡\\u001b");
  }

  @Test
  void cellsOfATableStayOnTheirLine() {
    assertThat(new TextTable().row(List.of("cat\n\u001b[2Jdog", "1")).toString())
        .isEqualTo("cat\\n\\u001b[2Jdog   1" + System.lineSeparator());
  }
}
