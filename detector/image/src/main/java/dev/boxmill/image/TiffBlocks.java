package dev.boxmill.image;

import dev.boxmill.image.TiffCompression.Data;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The strips or tiles of a page: where each lies, and its rows. */
final class TiffBlocks {
  private static final int REVERSED = 2;

  /** Blank tiles may be one and the same; a file that goes far beyond that never ends. */
  private static final long MOST_TIMES = 16;

  private final TiffPage page;
  private final byte[] file;
  private final long[] offsets;
  private final long[] counts;
  private final int across;
  private final int down;
  private long given;

  TiffBlocks(TiffPage page, byte[] file) {
    this.page = page;
    this.file = file;
    boolean tiles = page.isTiled() && page.tags().has(TiffTags.TILE_OFFSETS);
    this.offsets = page.tags().values(tiles ? TiffTags.TILE_OFFSETS : TiffTags.STRIP_OFFSETS);
    this.counts =
        page.tags().values(tiles ? TiffTags.TILE_BYTE_COUNTS : TiffTags.STRIP_BYTE_COUNTS);
    this.across = ceilDiv(page.size().width(), page.block().width());
    this.down = ceilDiv(page.size().height(), page.block().height());
  }

  int across() {
    return across;
  }

  int down() {
    return down;
  }

  /** Rows of that block within the page. */
  int rows(int row) {
    int height = page.block().height();
    return Math.min(height, page.size().height() - row * height);
  }

  /** The rows of a block of a plane, one after the other. */
  InputStream open(int plane, int row, int column) throws IOException, UnreadableImageException {
    long index = ((long) plane * down + row) * across + column;
    if (page.compression() != TiffCompression.OLD_JPEG && index >= offsets.length) {
      throw TiffPage.unreadable(
          "it names %d of its %d strips or tiles"
              .formatted(offsets.length, (long) page.planes() * down * across));
    }
    int stored = page.isTiled() ? page.block().height() : rows(row);
    Data data = data((int) index, stored);
    return page.compression().open(page, inOrder(data), stored);
  }

  /** A file without lengths, or with too long ones, gives what is there. */
  private Data data(int index, int rows) throws EOFException, UnreadableImageException {
    long start = index < offsets.length ? offsets[index] : 0;
    if (start < 0 || start > file.length) {
      throw new EOFException("Strip or tile " + index + " begins at " + start);
    }
    long length = file.length - start;
    if (page.compression() == TiffCompression.NONE) {
      length = Math.min(length, (long) rows * page.rowBytes());
    } else if (index < counts.length && counts[index] > 0) {
      length = Math.min(length, counts[index]);
    }
    given += length;
    if (given > MOST_TIMES * file.length) {
      throw TiffPage.unreadable("its strips or tiles lie over each other");
    }
    return new Data(file, (int) start, (int) length);
  }

  private Data inOrder(Data data) {
    boolean reversed = page.tags().value(TiffTags.FILL_ORDER, 1) == REVERSED;
    if (!reversed || !page.compression().keepsFillOrder()) {
      return data;
    }
    byte[] bytes = data.bytes();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (Integer.reverse(bytes[i]) >>> 24);
    }
    return new Data(bytes, 0, bytes.length);
  }

  private static int ceilDiv(int dividend, int divisor) {
    return (int) (((long) dividend + divisor - 1) / divisor);
  }
}
