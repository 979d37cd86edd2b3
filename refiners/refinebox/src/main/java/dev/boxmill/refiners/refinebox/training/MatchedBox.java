package dev.boxmill.refiners.refinebox.training;

import dev.boxmill.schemas.Box;

/**
 * A detector's box and the object that the matcher gave it.
 *
 * @param image of the batch
 * @param box where the detector put it
 * @param object where it belongs; it has an area
 */
public record MatchedBox(int image, Box box, Box object) {

  public MatchedBox {
    if (!(object.width() > 0 && object.height() > 0)) {
      throw new IllegalArgumentException("Invalid object: " + object + " (must have an area)");
    }
  }
}
