package dev.boxmill.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StreamCorruptedException;

/** TIFF's LZW (TIFF 6.0, section 13), and that of before, with bits from the low end. */
final class LzwStream extends InputStream {
  private static final int CLEAR = 256;
  private static final int END = 257;
  private static final int FIRST = 258;
  private static final int TABLE = 4096;
  private static final int LEAST_BITS = 9;
  private static final int MOST_BITS = 12;

  private final InputStream coded;
  private final boolean isOld;
  private final int[] prefix = new int[TABLE];
  private final byte[] suffix = new byte[TABLE];
  private final byte[] string = new byte[TABLE + 1];
  private int held;
  private int next = FIRST;
  private int bits = LEAST_BITS;
  private int previous = -1;
  private int buffer;
  private int buffered;
  private boolean ended;

  /**
   * A stream of decoded bytes.
   *
   * @param coded supports marks
   */
  LzwStream(InputStream coded) throws IOException {
    this.coded = coded;
    coded.mark(2);
    this.isOld = coded.read() == 0 && (coded.read() & 1) == 1; // a clear code from the low end
    coded.reset();
  }

  @Override
  public int read() throws IOException {
    if (held == 0) {
      decode();
    }
    return held == 0 ? -1 : string[TABLE + 1 - held--] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      if (held == 0) {
        decode();
      }
      if (held == 0) {
        return done == 0 ? -1 : done;
      }
      int taken = Math.min(held, length - done);
      System.arraycopy(string, TABLE + 1 - held, target, offset + done, taken);
      held -= taken;
      done += taken;
    }
    return done;
  }

  /** Puts the next string at the end of its array. */
  private void decode() throws IOException {
    while (held == 0 && !ended) {
      int code = code();
      if (code == END) {
        ended = true;
      } else if (code == CLEAR) {
        next = FIRST;
        bits = LEAST_BITS;
        previous = -1;
      } else {
        expand(code);
      }
    }
  }

  private void expand(int code) throws IOException {
    if (code > next || (code == next && previous < 0) || (code >= FIRST && previous < 0)) {
      throw new StreamCorruptedException("Invalid LZW code: " + code);
    }
    boolean isNew = code == next;
    int at = TABLE + 1;
    if (isNew) {
      at--; // its last byte is its first one
    }
    int part = isNew ? previous : code;
    while (part >= FIRST) {
      string[--at] = suffix[part];
      part = prefix[part];
    }
    byte first = (byte) part;
    string[--at] = first;
    if (isNew) {
      string[TABLE] = first;
    }
    held = TABLE + 1 - at;
    if (previous >= 0 && next < TABLE) {
      prefix[next] = previous;
      suffix[next++] = first;
      if (next + (isOld ? 0 : 1) == 1 << bits && bits < MOST_BITS) {
        bits++;
      }
    }
    previous = code;
  }

  private int code() throws IOException {
    while (buffered < bits) {
      int value = coded.read();
      if (value < 0) {
        throw new EOFException("LZW data ends early");
      }
      buffer = isOld ? buffer | (value << buffered) : (buffer << 8) | value;
      buffered += 8;
    }
    buffered -= bits;
    int mask = (1 << bits) - 1;
    int code = isOld ? buffer & mask : (buffer >>> buffered) & mask;
    buffer = isOld ? buffer >>> bits : buffer & ((1 << buffered) - 1);
    return code;
  }
}
