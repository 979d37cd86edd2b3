package dev.boxmill.job.train;

import dev.boxmill.detr.image.ResizedPicture;

/** An image and its pixels as the network takes them. */
record SeenImage(PosedImage image, ResizedPicture picture) implements AutoCloseable {

  @Override
  public void close() {
    picture.close();
  }
}
