package dev.boxmill.job.session;

import dev.boxmill.detr.preprocess.ResizedPicture;
import dev.boxmill.image.Region;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelRow;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A picture on its way to the detector: {@link Resized}, or {@link Lost} with the row that says
 * why. An image is one picture, or one for each of its tiles.
 */
sealed interface PreparedImage {

  /**
   * Part of an image.
   *
   * @param index among the image's tiles
   */
  record Tile(TiledImage image, int index, Region region) {}

  /**
   * Decoded and resized.
   *
   * @param picture as the network takes it; whoever takes this closes it
   * @param tile what it shows; empty: all of its image
   */
  record Resized(String uri, String sha256, ResizedPicture picture, Optional<Tile> tile)
      implements PreparedImage {

    /** A whole image. */
    Resized(String uri, String sha256, ResizedPicture picture) {
      this(uri, sha256, picture, Optional.empty());
    }

    /** Size of the whole image. */
    ImageSize imageSize() {
      return tile.map(part -> part.image().size()).orElse(picture.original());
    }

    /** A box of this picture in pixels of the whole image. */
    Corners corners(Box box) {
      Corners corners = box.corners(picture.original());
      return tile.map(part -> shifted(corners, part.region())).orElse(corners);
    }

    private static Corners shifted(Corners corners, Region region) {
      return new Corners(
          corners.xMin() + region.left(),
          corners.yMin() + region.top(),
          corners.xMax() + region.left(),
          corners.yMax() + region.top());
    }

    /** The image's row, if this was the last of its pictures. */
    Optional<LabelRow> settle(LabelRow row) {
      return tile.isEmpty() ? Optional.of(row) : tile.get().image().settle(tile.get().index(), row);
    }
  }

  /**
   * Not to be had.
   *
   * @param row of its image; empty while other tiles of it are open
   */
  record Lost(Optional<LabelRow> row) implements PreparedImage {}

  /**
   * Reads, hashes, decodes and resizes; never throws but for faults of the JVM itself.
   *
   * @param out takes the image's pictures
   * @throws LostDeviceException if the device that resizes is lost
   */
  static void prepare(
      ImageInput input, ResidentDetector resident, StageTimes times, Consumer<PreparedImage> out) {
    new ImagePreparation(input, resident, times, out).run();
  }
}
