package dev.boxmill.image;

import java.io.IOException;
import java.io.InputStream;

/**
 * Rows of Y, Cb and Cr, of data that has one Cb and Cr for several pixels (TIFF 6.0, section 21):
 * first the Y of a few columns and rows, then their Cb and Cr.
 */
final class ChromaStream extends InputStream {
  private final InputStream stored;
  private final int width;
  private final int columns;
  private final int rows;
  private final byte[] units;
  private final byte[] full;
  private int position;

  ChromaStream(InputStream stored, TiffPage page) {
    this.stored = stored;
    this.width = page.block().width();
    this.columns = page.subsampling()[0];
    this.rows = page.subsampling()[1];
    int across = (width + columns - 1) / columns;
    this.units = new byte[Math.multiplyExact(across, columns * rows + 2)];
    this.full = new byte[Math.multiplyExact(3 * width, rows)];
    this.position = full.length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (position == full.length) {
      if (stored.readNBytes(units, 0, units.length) < units.length) {
        return -1;
      }
      spread();
      position = 0;
    }
    int taken = Math.min(length, full.length - position);
    System.arraycopy(full, position, target, offset, taken);
    position += taken;
    return taken;
  }

  private void spread() {
    int unit = columns * rows + 2;
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < width; x++) {
        int start = x / columns * unit;
        int to = 3 * (y * width + x);
        full[to] = units[start + y * columns + x % columns];
        full[to + 1] = units[start + unit - 2];
        full[to + 2] = units[start + unit - 1];
      }
    }
  }

  @Override
  public void close() throws IOException {
    stored.close();
  }
}
