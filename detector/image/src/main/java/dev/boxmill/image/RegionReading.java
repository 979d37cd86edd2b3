package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;
import java.util.List;

/** An image file whose regions are decoded one after the other; each of its pixels once. */
public interface RegionReading {

  /** What takes regions. */
  @FunctionalInterface
  interface Visitor {

    /**
     * Called once for each region.
     *
     * @param picture not to be kept: its memory may be used again
     */
    void visit(Region region, Picture picture);
  }

  /** Size of the picture, EXIF orientation applied. */
  ImageSize size();

  /** The pixels that are in memory at once, besides the visited region's. */
  ImageSize atOnce();

  /**
   * Decodes the regions, by their lower edges.
   *
   * @param regions of the picture, none higher than what was asked for
   * @throws UnreadableImageException if the file is damaged, perhaps after some visits
   */
  void read(List<Region> regions, Visitor visitor) throws UnreadableImageException;
}
