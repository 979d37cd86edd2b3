package dev.boxmill.job.tiles;

import dev.boxmill.schemas.ImageSize;

/** A picture that would be cut into too many tiles. */
public final class TooManyTilesException extends Exception {

  TooManyTilesException(ImageSize picture, long tiles, int most) {
    super(
        "Cannot cut the picture: its %s pixels are %d tiles, and the limit is %d (take larger tiles)"
            .formatted(picture, tiles, most));
  }
}
