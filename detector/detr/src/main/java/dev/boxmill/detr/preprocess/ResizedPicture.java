package dev.boxmill.detr.preprocess;

import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;

/**
 * A picture as a network's batch takes it.
 *
 * @param original size before resizing
 * @param size after it
 * @param tensors own the pixels
 */
public record ResizedPicture(ImageSize original, ImageSize size, Tensors tensors)
    implements AutoCloseable {

  /** (3, height, width), uint8, or float32 where nothing was rounded. */
  public Tensor image() {
    return tensors.named("image");
  }

  @Override
  public void close() {
    tensors.close();
  }
}
