package dev.boxmill.job.tiles;

import dev.boxmill.image.Region;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.schemas.ImageSize;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How pictures are cut into tiles.
 *
 * @param side of a tile in pixels, {@link #NO_TILES} for pictures that stay whole
 * @param overlap share of a tile that the next one shows too, from 0 to below 1
 * @param full whether the whole picture is looked at too
 */
public record Tiling(int side, double overlap, boolean full, BoxJoin join) implements Serializable {

  private static final int NO_TILES = 0;

  /** Pictures stay whole. */
  public static final Tiling NONE = new Tiling(NO_TILES, 0, false, TilingSpec.JOIN);

  /** 65,536 tiles of 640 pixels are 17 billion pixels. */
  private static final int MOST_TILES = 1 << 16;

  /**
   * Reads {@code SIDE[:overlap=SHARE,full=true,join=nms|greedynmm|nmm,match=ios|iou,
   * threshold=SHARE,across-classes=true]}.
   *
   * @throws BadInputException naming what is wrong
   */
  public static Tiling parse(String spec) {
    return TilingSpec.parse(spec);
  }

  /** Whether pictures are cut at all. */
  public boolean isOn() {
    return side != NO_TILES;
  }

  /**
   * The tiles of a picture from the top left on, and the picture itself at the end if it is looked
   * at too; the picture alone if it is no larger than a tile. Tiles at the right and at the bottom
   * are moved back into the picture, as SAHI does.
   *
   * @throws TooManyTilesException if there are more than memory is sensible for
   */
  public List<Region> regions(ImageSize picture) throws TooManyTilesException {
    long count = (long) count(picture.width()) * count(picture.height());
    if (count > MOST_TILES) {
      throw new TooManyTilesException(picture, count, MOST_TILES);
    }
    List<Region> regions = new ArrayList<>();
    for (int row = 0; row < count(picture.height()); row++) {
      for (int column = 0; column < count(picture.width()); column++) {
        regions.add(
            new Region(
                start(column, picture.width()), start(row, picture.height()), tile(picture)));
      }
    }
    if (full && count > 1) {
      regions.add(new Region(0, 0, picture));
    }
    return regions;
  }

  /** Rows of the highest region of a picture, as far as they are known before its size is. */
  public int mostRows() {
    return full ? Integer.MAX_VALUE : side;
  }

  private ImageSize tile(ImageSize picture) {
    return new ImageSize(Math.min(side, picture.width()), Math.min(side, picture.height()));
  }

  private int count(int length) {
    return length <= side ? 1 : 1 + (length - side + step() - 1) / step();
  }

  private int start(int index, int length) {
    return Math.max(0, Math.min(index * step(), length - side));
  }

  private int step() {
    return side - (int) (overlap * side);
  }

  /** As it is written in full; what decides a row's labels. */
  @Override
  public String toString() {
    return isOn()
        ? String.format(
            Locale.ROOT,
            "%d:overlap=%s,full=%s,join=%s,match=%s,threshold=%s,across-classes=%s",
            side,
            overlap,
            full,
            join.rule().name().toLowerCase(Locale.ROOT),
            join.overlap().name().toLowerCase(Locale.ROOT),
            join.threshold(),
            join.acrossClasses())
        : "";
  }
}
