package dev.boxmill.image;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Runs of bytes that are alike or not (TIFF 6.0, section 9). */
final class PackBitsStream extends InputStream {
  private static final int NOTHING = 128;

  private final InputStream coded;
  private int left;
  private int repeated = -1;

  PackBitsStream(InputStream coded) {
    this.coded = coded;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int done = 0;
    while (done < length && (left > 0 || nextRun())) {
      int taken = Math.min(left, length - done);
      if (repeated >= 0) {
        Arrays.fill(target, offset + done, offset + done + taken, (byte) repeated);
      } else if (coded.readNBytes(target, offset + done, taken) < taken) {
        return -1;
      }
      done += taken;
      left -= taken;
    }
    return done == 0 && length > 0 ? -1 : done;
  }

  /** Whether there is one. */
  private boolean nextRun() throws IOException {
    int header = coded.read();
    while (header == NOTHING) {
      header = coded.read();
    }
    left = header < 0 ? 0 : header > NOTHING ? 257 - header : header + 1;
    repeated = header > NOTHING ? coded.read() : -1;
    return header >= 0 && (header < NOTHING || repeated >= 0);
  }
}
