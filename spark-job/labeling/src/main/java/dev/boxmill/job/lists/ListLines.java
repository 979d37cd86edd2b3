package dev.boxmill.job.lists;

import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;

/** The lines of a list with their numbers, whichever way they end; some can be taken back. */
final class ListLines implements Closeable {

  private static final int LONGEST = 1 << 24;

  /**
   * One line.
   *
   * @param number counted from 1
   */
  record Line(long number, String text) {}

  private final Reader reader;
  private final UnaryOperator<String> decoding;
  private final Deque<Line> back = new ArrayDeque<>();
  private long number;
  private boolean afterReturn;

  /**
   * @param decoding of what the reader gives
   */
  ListLines(Reader reader, UnaryOperator<String> decoding) {
    this.reader = reader;
    this.decoding = decoding;
  }

  /** The next one; null at the end. */
  Line next() throws IOException {
    if (!back.isEmpty()) {
      return back.pop();
    }
    StringBuilder text = new StringBuilder();
    boolean plain = true;
    for (int character = first(); character != '\n'; character = reader.read()) {
      if (character < 0 && text.isEmpty()) {
        return null;
      }
      if (character < 0 || character == '\r') {
        afterReturn = character == '\r';
        break;
      }
      if (text.length() == LONGEST) {
        throw new IOException("line " + (number + 1) + " is longer than 16 million characters");
      }
      text.append((char) character);
      plain &= character < 0x80;
    }
    number++;
    return new Line(number, plain ? text.toString() : decoded(text.toString()));
  }

  /** Lists that were put together have a byte order mark in their middle. */
  private String decoded(String text) {
    String decoded = decoding.apply(text);
    return decoded.startsWith("\uFEFF") ? decoded.substring(1) : decoded;
  }

  /** Gives those again. */
  void takeBack(List<Line> lines) {
    for (int at = lines.size() - 1; at >= 0; at--) {
      back.push(lines.get(at));
    }
  }

  /** How many were read. */
  long count() {
    return number;
  }

  private int first() throws IOException {
    int character = reader.read();
    if (afterReturn && character == '\n') {
      character = reader.read();
    }
    afterReturn = false;
    return character;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
