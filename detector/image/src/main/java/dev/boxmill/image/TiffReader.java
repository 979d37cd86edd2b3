package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.DoubleUnaryOperator;

/**
 * The first page of TIFF and BigTIFF files, row by row: a whole strip may be as large as a page.
 */
final class TiffReader {

  private final TiffPage page;
  private final byte[] file;
  private final TiffSamples samples;

  interface Reading<T> {
    T from(TiffDirectory tags) throws IOException, UnreadableImageException;
  }

  /** What takes the page's colors, those of a strip or tile after the other. */
  interface ColorVisitor {

    /**
     * Takes part of a row.
     *
     * @param rgb three bytes a pixel; written over after this returns
     */
    void visit(byte[] rgb, int left, int y);
  }

  private interface RowReading {
    void next(TiffRows rows) throws IOException;
  }

  private interface RowVisitor {
    void visit(TiffRows rows, int left, int y) throws IOException;
  }

  private TiffReader(TiffPage page, byte[] file) throws UnreadableImageException {
    this.page = page;
    this.file = file;
    this.samples = TiffSamples.of(page);
    if (page.compression().hasPredictor()) {
      TiffPredictor.check(page);
    }
  }

  static ImageSize declaredSize(byte[] file, PixelLimit limit) throws UnreadableImageException {
    return read(file, tags -> TiffPage.size(tags, limit));
  }

  static Picture read(byte[] file, PixelLimit limit) throws UnreadableImageException {
    return read(file, tags -> new TiffReader(TiffPage.of(tags, limit), file).read());
  }

  /** Regions of at most so many rows, with no more rows in memory than they need. */
  static RegionReading bands(byte[] file, PixelLimit limit, int mostRows)
      throws UnreadableImageException {
    return read(
        file,
        tags -> {
          int rows = TiffPage.rowsAtOnce(tags, mostRows);
          return new TiffBands(
              new TiffReader(TiffPage.of(tags, limit.ofRows(rows)), file), file, rows);
        });
  }

  TiffPage page() {
    return page;
  }

  static <T> T read(byte[] file, Reading<T> reading) throws UnreadableImageException {
    try {
      TiffDirectory tags = TiffDirectory.first(ByteBuffer.wrap(file));
      tags.requireWhole();
      return reading.from(tags);
    } catch (EOFException | IndexOutOfBoundsException e) {
      throw UnreadableImageException.unreadable(
          ImageFormat.TIFF, "it is cut off after " + file.length + " bytes", e);
    } catch (IOException | RuntimeException e) {
      throw UnreadableImageException.unreadable(ImageFormat.TIFF, "its data is damaged", e);
    }
  }

  private Picture read() throws IOException, UnreadableImageException {
    Picture picture = Picture.blank(page.size());
    forEachColor((rgb, left, y) -> picture.rgb().put(3 * (page.size().width() * y + left), rgb));
    return picture;
  }

  /**
   * Decodes the page; strips and tiles come from left to right, rows of them from top to bottom.
   */
  void forEachColor(ColorVisitor visitor) throws IOException, UnreadableImageException {
    int[] row = new int[Math.multiplyExact(page.block().width(), page.rowSamples())];
    RowReading reading = samples.areWide() ? wide(row) : rows -> narrow(rows, row);
    TiffRgb colors = new TiffRgb(page);
    forEachRow(
        (rows, left, y) -> {
          reading.next(rows);
          int width = Math.min(page.block().width(), page.size().width() - left);
          byte[] rgb = new byte[3 * width];
          colors.write(row, rgb);
          visitor.visit(rgb, left, y);
        });
  }

  /** Gray of fewer bits is stretched, indices of a palette are not. */
  private void narrow(TiffRows rows, int[] row) throws IOException {
    rows.next(row);
    int most = (1 << samples.bits()) - 1;
    if (samples.bits() < Byte.SIZE && page.colors() != TiffColors.PALETTE) {
      for (int i = 0; i < row.length; i++) {
        row[i] = row[i] * 255 / most;
      }
    }
  }

  private RowReading wide(int[] row) throws IOException, UnreadableImageException {
    double[] wide = new double[row.length];
    DoubleUnaryOperator toBytes = toBytes(wide);
    return rows -> {
      rows.next(wide);
      for (int i = 0; i < row.length; i++) {
        row[i] = (int) toBytes.applyAsDouble(wide[i]);
      }
    };
  }

  /** Looks at all rows once. */
  private DoubleUnaryOperator toBytes(double[] wide) throws IOException, UnreadableImageException {
    if (samples.bits() < Short.SIZE) {
      return sample -> (int) sample >> (samples.bits() - Byte.SIZE);
    }
    SampleRange range = samples.range();
    forEachRow(
        (rows, left, y) -> {
          rows.next(wide);
          int width = Math.min(page.block().width(), page.size().width() - left);
          for (int i = 0; i < width * page.rowSamples(); i++) {
            range.add(wide[i]);
          }
        });
    return range.toBytes();
  }

  private void forEachRow(RowVisitor visitor) throws IOException, UnreadableImageException {
    TiffBlocks blocks = new TiffBlocks(page, file);
    for (int down = 0; down < blocks.down(); down++) {
      for (int across = 0; across < blocks.across(); across++) {
        try (TiffRows rows = new TiffRows(page, samples, blocks, down, across)) {
          for (int y = 0; y < blocks.rows(down); y++) {
            visitor.visit(rows, across * page.block().width(), down * page.block().height() + y);
          }
        }
      }
    }
  }
}
