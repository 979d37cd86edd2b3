package dev.boxmill.job.text;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.util.stream.Collectors;

/**
 * Text that others wrote, such as names of classes and the messages of plugins, as a console may
 * show it: a terminal obeys control characters, so they are shown as Java writes them. Those that
 * turn the direction of writing around are shown too.
 */
public final class VisibleText {

  private VisibleText() {}

  /** On one line: line breaks and tabs are shown too. */
  public static String line(String text) {
    return text.codePoints().mapToObj(VisibleText::shown).collect(Collectors.joining());
  }

  /** With its line breaks and tabs. */
  public static String lines(String text) {
    return text.codePoints()
        .mapToObj(c -> isLayout(c) ? Character.toString(c) : shown(c))
        .collect(Collectors.joining());
  }

  /** A writer that shows what it is given as {@link #lines} does. */
  public static PrintWriter writer(Writer console) {
    return new PrintWriter(
        new FilterWriter(console) {
          @Override
          public void write(int character) throws IOException {
            out.write(lines(Character.toString(character)));
          }

          @Override
          public void write(char[] text, int from, int length) throws IOException {
            out.write(lines(new String(text, from, length)));
          }

          @Override
          public void write(String text, int from, int length) throws IOException {
            out.write(lines(text.substring(from, from + length)));
          }
        },
        true);
  }

  /**
   * The same for a stream, to which anybody in this process writes. A carriage return is let
   * through: lines of progress begin with it.
   */
  public static PrintStream stream(OutputStream console, Charset charset) {
    return new PrintStream(new VisibleBytes(console), true, charset);
  }

  private static boolean isLayout(int character) {
    return character == '\n' || character == '\t';
  }

  private static String shown(int character) {
    return switch (character) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default ->
          isHidden(character) ? "\\u%04x".formatted(character) : Character.toString(character);
    };
  }

  private static boolean isHidden(int character) {
    return Character.isISOControl(character)
        || character == 0x2028
        || character == 0x2029
        || (character >= 0x202A && character <= 0x202E)
        || (character >= 0x2066 && character <= 0x2069);
  }
}
