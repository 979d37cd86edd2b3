package dev.boxmill.job.text;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Text as bytes of UTF-8 or of an older encoding, its control characters shown. */
final class VisibleBytes extends FilterOutputStream {

  private static final int DELETE = 0x7F;
  private static final int LEAD_OF_CONTROLS = 0xC2;

  private boolean afterLead;

  VisibleBytes(OutputStream stream) {
    super(stream);
  }

  @Override
  public void write(int value) throws IOException {
    int character = value & 0xFF;
    if (afterLead) {
      afterLead = false;
      if (character >= 0x80 && character < 0xA0) {
        show(character);
        return;
      }
      out.write(LEAD_OF_CONTROLS);
    }
    if (character == LEAD_OF_CONTROLS) {
      afterLead = true;
    } else if (character == DELETE || (character < ' ' && !isLayout(character))) {
      show(character);
    } else {
      out.write(character);
    }
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    for (int at = from; at < from + length; at++) {
      write(bytes[at]);
    }
  }

  private static boolean isLayout(int character) {
    return character == '\n' || character == '\t' || character == '\r';
  }

  private void show(int character) throws IOException {
    out.write("\\u%04x".formatted(character).getBytes(StandardCharsets.US_ASCII));
  }
}
