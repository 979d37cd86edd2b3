package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;

/**
 * Regions of a TIFF that is read from top to bottom. Rows are forgotten once no region needs them.
 *
 * @param rows that are kept at once at most: those of the highest region, and of a row of tiles
 */
record TiffBands(TiffReader reader, byte[] file, int rows) implements RegionReading {

  @Override
  public ImageSize size() {
    return reader.page().size();
  }

  @Override
  public ImageSize atOnce() {
    return new ImageSize(size().width(), rows);
  }

  @Override
  public void read(List<Region> regions, Visitor visitor) throws UnreadableImageException {
    Band band = new Band(Picture.blank(atOnce()), regions, visitor);
    try {
      TiffReader.read(file, tags -> band.fill());
    } catch (UnreadableImageException e) {
      throw band.orVisitorsFault(e);
    }
  }

  /** The rows that are in memory. */
  private final class Band {
    private final Picture kept;
    private final Visitor visitor;
    private final Queue<Region> open;
    private RuntimeException fault;
    private int first;

    Band(Picture kept, List<Region> regions, Visitor visitor) {
      this.kept = kept;
      this.visitor = visitor;
      List<Region> ordered = new ArrayList<>(regions);
      ordered.sort(Comparator.comparingInt(Region::bottom));
      this.open = new ArrayDeque<>(ordered);
    }

    Band fill() throws IOException, UnreadableImageException {
      int block = reader.page().isTiled() ? reader.page().block().height() : 1;
      reader.forEachColor(
          (rgb, left, y) -> {
            if (left == 0 && y % block == 0) {
              visitAbove(y);
            }
            kept.rgb().put(3 * (size().width() * (y - first) + left), rgb);
          });
      visitAbove(size().height());
      return this;
    }

    /** What reads a TIFF takes every fault for one of the file. */
    UnreadableImageException orVisitorsFault(UnreadableImageException e) {
      if (fault != null) {
        throw fault;
      }
      return e;
    }

    /** Visits the regions whose rows are all above that one, and forgets rows that none needs. */
    private void visitAbove(int end) {
      if (open.isEmpty() || open.element().bottom() > end) {
        return;
      }
      while (!open.isEmpty() && open.element().bottom() <= end) {
        visit(open.remove());
      }
      forgetAbove(open.stream().mapToInt(Region::top).min().orElse(end), end);
    }

    private void visit(Region region) {
      Region there = new Region(region.left(), region.top() - first, region.size());
      try {
        visitor.visit(region, kept.region(there));
      } catch (RuntimeException e) {
        fault = e;
        throw e;
      }
    }

    private void forgetAbove(int needed, int end) {
      byte[] row = new byte[3 * size().width()];
      for (int y = needed; y < end; y++) {
        kept.rgb().get(row.length * (y - first), row);
        kept.rgb().put(row.length * (y - needed), row);
      }
      first = needed;
    }
  }
}
