package dev.boxmill.refiners.refinebox;

import java.util.Arrays;

/**
 * Boxes of a batch, as the network takes them.
 *
 * @param boxes cxcywh of each, one after the other
 * @param images of each box, the index of its image in the batch
 */
record BatchBoxes(float[] boxes, float[] images) {

  int count() {
    return images.length;
  }

  /** With boxes without area in the first image behind them. */
  BatchBoxes paddedTo(int count) {
    return new BatchBoxes(Arrays.copyOf(boxes, 4 * count), Arrays.copyOf(images, count));
  }
}
