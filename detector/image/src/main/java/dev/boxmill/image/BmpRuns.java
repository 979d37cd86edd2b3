package dev.boxmill.image;

/** BMP's run lengths of palette indices, of 8 or 4 bits. */
final class BmpRuns {
  private static final int END_OF_ROW = 0;
  private static final int END = 1;
  private static final int JUMP = 2;

  private final BmpHeader header;
  private final byte[] file;
  private final byte[] indices;
  private int at;
  private int x;
  private int y;

  private BmpRuns(BmpHeader header, byte[] file) {
    this.header = header;
    this.file = file;
    this.indices = new byte[header.size().width() * header.size().height()];
    this.at = header.data();
  }

  /** One byte a pixel, in the order of the file's rows; what the runs leave out is 0. */
  static byte[] indices(BmpHeader header, byte[] file) {
    BmpRuns runs = new BmpRuns(header, file);
    while (runs.y < header.size().height() && runs.next()) {}
    return runs.indices;
  }

  /** Whether more may follow. */
  private boolean next() {
    int count = byteAt(at++);
    int value = byteAt(at++);
    if (count > 0) {
      for (int i = 0; i < count; i++) {
        put(header.bits() == 4 ? (i % 2 == 0 ? value >> 4 : value & 0xf) : value);
      }
      return true;
    }
    switch (value) {
      case END_OF_ROW -> {
        x = 0;
        y++;
      }
      case END -> {
        return false;
      }
      case JUMP -> {
        x += byteAt(at++);
        y += byteAt(at++);
      }
      default -> copy(value);
    }
    return true;
  }

  private void copy(int count) {
    for (int i = 0; i < count; i++) {
      int pair = header.bits() == 4 ? byteAt(at + i / 2) : byteAt(at + i);
      put(header.bits() == 4 ? (i % 2 == 0 ? pair >> 4 : pair & 0xf) : pair);
    }
    int bytes = header.bits() == 4 ? (count + 1) / 2 : count;
    at += bytes + bytes % 2;
  }

  private void put(int index) {
    if (x < header.size().width() && y < header.size().height()) {
      indices[y * header.size().width() + x] = (byte) index;
    }
    x++;
  }

  private int byteAt(int position) {
    return file[position] & 0xff;
  }
}
