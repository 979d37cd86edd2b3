package dev.boxmill.job.train;

import dev.boxmill.detr.preprocess.ResizedPicture;

/** An image and its pixels as the network takes them. */
record LoadedImage(AugmentedImage image, ResizedPicture picture) implements AutoCloseable {

  @Override
  public void close() {
    picture.close();
  }
}
