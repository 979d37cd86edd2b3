package dev.boxmill.image;

import dev.boxmill.image.FileChunks.Chunk;
import dev.boxmill.schemas.ImageSize;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.StreamCorruptedException;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.zip.InflaterInputStream;

/**
 * A PNG of 16 bits a sample, row by row. Leptonica takes the high byte alone, and whether it counts
 * depends on all samples; the JDK's reader holds all of them in Java's heap.
 */
final class DeepPng {
  private static final int BITS = 24;
  private static final int COLOR_TYPE = 25;
  private static final int INTERLACING = 28;
  private static final List<Pass> ROWS = List.of(new Pass(0, 0, 1, 1));
  private static final List<Pass> ADAM7 =
      List.of(
          new Pass(0, 0, 8, 8),
          new Pass(4, 0, 8, 8),
          new Pass(0, 4, 4, 8),
          new Pass(2, 0, 4, 4),
          new Pass(0, 2, 2, 4),
          new Pass(1, 0, 2, 2),
          new Pass(0, 1, 1, 2));

  private final byte[] file;
  private final ImageSize size;
  private final int channels;
  private final List<Pass> passes;

  /** Which pixels a pass over the picture has: those from (x, y) on in such steps. */
  private record Pass(int x, int y, int stepX, int stepY) {

    int columns(ImageSize size) {
      return (size.width() - x + stepX - 1) / stepX;
    }
  }

  private interface RowVisitor {
    void visit(int[] samples, Pass pass, int y);
  }

  private DeepPng(byte[] file, ImageSize size, int channels) {
    this.file = file;
    this.size = size;
    this.channels = channels;
    this.passes = file[INTERLACING] == 0 ? ROWS : ADAM7;
  }

  static boolean is(byte[] png) {
    return png.length > INTERLACING && png[BITS] == 16;
  }

  static Picture read(byte[] png, ImageSize size) throws UnreadableImageException {
    int channels =
        switch (png[COLOR_TYPE]) {
          case 0 -> 1;
          case 2 -> 3;
          case 4 -> 2;
          case 6 -> 4;
          default -> throw damaged(png, null);
        };
    try {
      return new DeepPng(png, size, channels).read();
    } catch (IOException | ArithmeticException e) {
      throw damaged(png, e);
    }
  }

  private static UnreadableImageException damaged(byte[] png, Exception cause) {
    return UnreadableImageException.unreadable(
        ImageFormat.PNG, FileDamage.describe(ImageFormat.PNG, png), cause);
  }

  private Picture read() throws IOException {
    SampleRange range = SampleRange.ofWholes(Short.SIZE);
    forEachRow((samples, pass, y) -> range.addAll(samples));
    DoubleUnaryOperator toBytes = range.toBytes();
    Picture picture = Picture.blank(size);
    int stride = channels < 3 ? 0 : 1;
    forEachRow(
        (samples, pass, y) -> {
          int to = 3 * (size.width() * y + pass.x);
          for (int from = 0; from < samples.length; from += channels, to += 3 * pass.stepX) {
            for (int channel = 0; channel < 3; channel++) {
              double level = toBytes.applyAsDouble(samples[from + channel * stride]);
              picture.rgb().put(to + channel, (byte) level);
            }
          }
        });
    return picture;
  }

  private void forEachRow(RowVisitor visitor) throws IOException {
    try (InputStream rows = new InflaterInputStream(coded())) {
      for (Pass pass : passes) {
        int columns = pass.columns(size);
        if (columns > 0) {
          readPass(rows, pass, new int[Math.multiplyExact(columns, channels)], visitor);
        }
      }
      checkEnd(rows);
    }
  }

  private InputStream coded() {
    List<InputStream> parts =
        FileChunks.png(file).stream()
            .filter(chunk -> chunk.name().equals("IDAT"))
            .map(this::stream)
            .toList();
    return new SequenceInputStream(Collections.enumeration(parts));
  }

  private InputStream stream(Chunk chunk) {
    return new ByteArrayInputStream(file, chunk.data(), chunk.length());
  }

  private void readPass(InputStream rows, Pass pass, int[] samples, RowVisitor visitor)
      throws IOException {
    byte[] above = new byte[Math.multiplyExact(samples.length, Short.BYTES)];
    byte[] row = new byte[above.length];
    for (int y = pass.y; y < size.height(); y += pass.stepY) {
      int filter = rows.read();
      if (rows.readNBytes(row, 0, row.length) < row.length) {
        throw new EOFException("Row " + y + " ends early");
      }
      unfilter(filter, row, above);
      for (int i = 0; i < samples.length; i++) {
        samples[i] = (row[2 * i] & 0xff) << 8 | (row[2 * i + 1] & 0xff);
      }
      visitor.visit(samples, pass, y);
      byte[] next = above;
      above = row;
      row = next;
    }
  }

  /** Adds what a filter predicted by the bytes before and above (PNG 1.2, section 6). */
  private void unfilter(int filter, byte[] row, byte[] above) throws IOException {
    int pixel = channels * Short.BYTES;
    for (int i = 0; i < row.length; i++) {
      int left = i < pixel ? 0 : row[i - pixel] & 0xff;
      int up = above[i] & 0xff;
      int predicted =
          switch (filter) {
            case 0 -> 0;
            case 1 -> left;
            case 2 -> up;
            case 3 -> (left + up) / 2;
            case 4 -> nearest(left, up, i < pixel ? 0 : above[i - pixel] & 0xff);
            default -> throw new StreamCorruptedException("Filter " + filter);
          };
      row[i] += (byte) predicted;
    }
  }

  /** Paeth's: the one that is nearest to what the three would be on a plane. */
  private static int nearest(int left, int up, int corner) {
    int byLeft = Math.abs(up - corner);
    int byUp = Math.abs(left - corner);
    int byCorner = Math.abs(left + up - 2 * corner);
    if (byLeft <= byUp && byLeft <= byCorner) {
      return left;
    }
    return byUp <= byCorner ? up : corner;
  }

  /** The pixels' checksum is behind them; one that is missing is no harm. */
  private static void checkEnd(InputStream rows) throws IOException {
    try {
      rows.skip(1);
    } catch (EOFException missing) {
      return;
    }
  }
}
