package dev.boxmill.image;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of a strip or tile, with the samples of each pixel side by side, whatever its planes.
 */
final class TiffRows implements Closeable {
  private final TiffPage page;
  private final TiffSamples unpacking;
  private final byte[] row;
  private final List<InputStream> planes = new ArrayList<>();

  TiffRows(TiffPage page, TiffSamples unpacking, TiffBlocks blocks, int row, int column)
      throws IOException, UnreadableImageException {
    this.page = page;
    this.unpacking = unpacking;
    this.row = new byte[page.rowBytes()];
    try {
      for (int plane = 0; plane < page.planes(); plane++) {
        InputStream rows = blocks.open(plane, row, column);
        planes.add(page.isSubsampled() ? new ChromaStream(rows, page) : rows);
      }
    } catch (IOException | UnreadableImageException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Samples of at most 8 bits. */
  void next(int[] samples) throws IOException {
    if (planes.size() == 1) {
      nextOf(planes.get(0));
      unpacking.unpack(row, samples);
      return;
    }
    int[] part = new int[page.block().width()];
    for (int plane = 0; plane < planes.size(); plane++) {
      nextOf(planes.get(plane));
      unpacking.unpack(row, part);
      for (int i = 0; i < part.length; i++) {
        samples[i * planes.size() + plane] = part[i];
      }
    }
  }

  /** Samples of any size. */
  void next(double[] samples) throws IOException {
    if (planes.size() == 1) {
      nextOf(planes.get(0));
      unpacking.unpack(row, samples);
      return;
    }
    double[] part = new double[page.block().width()];
    for (int plane = 0; plane < planes.size(); plane++) {
      nextOf(planes.get(plane));
      unpacking.unpack(row, part);
      for (int i = 0; i < part.length; i++) {
        samples[i * planes.size() + plane] = part[i];
      }
    }
  }

  private void nextOf(InputStream plane) throws IOException {
    if (plane.readNBytes(row, 0, row.length) < row.length) {
      throw new EOFException("A strip or tile ends early");
    }
    TiffPredictor.undo(page, row);
  }

  @Override
  public void close() throws IOException {
    for (InputStream plane : planes) {
      plane.close();
    }
  }
}
