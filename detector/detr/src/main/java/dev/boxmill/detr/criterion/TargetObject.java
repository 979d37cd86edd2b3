package dev.boxmill.detr.criterion;

import dev.boxmill.schemas.Box;

/**
 * An object that a network should find.
 *
 * @param label index of its class
 * @param box where it is, relative to the image
 */
public record TargetObject(int label, Box box) {

  public TargetObject {
    if (label < 0) {
      throw new IllegalArgumentException("Invalid label: " + label + " (must be 0 or more)");
    }
    if (!(box.width() > 0 && box.height() > 0)) {
      throw new IllegalArgumentException("Invalid object: " + box + " (must have an area)");
    }
  }
}
