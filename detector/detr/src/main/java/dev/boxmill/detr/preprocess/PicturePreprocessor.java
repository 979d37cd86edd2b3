package dev.boxmill.detr.preprocess;

import dev.boxmill.image.Picture;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.TorchModule;
import java.util.Map;

/** Resizes pictures for a network. Safe for use by several threads. */
public final class PicturePreprocessor {
  private static final float[] NOTHING = {};

  private final Preprocessing preprocessing;
  private final TorchModule module;

  /**
   * A preprocessor on the module's device.
   *
   * @param module a loaded program that contains {@link Preprocessing#program()}; left open
   */
  public PicturePreprocessor(Preprocessing preprocessing, TorchModule module) {
    this.preprocessing = preprocessing;
    this.module = module;
  }

  /**
   * The picture in the checkpoint's size, for {@code normalize}; the caller closes it.
   *
   * @throws PaddingException if that is larger than what the checkpoint pads images to
   */
  public ResizedPicture resize(Picture picture) {
    return resize(picture, picture.size());
  }

  /**
   * The same of a picture that was decoded at a fraction of its size.
   *
   * @param original what it would have in full: the result has the size of that one's
   * @throws PaddingException as above
   */
  public ResizedPicture resize(Picture picture, ImageSize original) {
    preprocessing.requireRoom(preprocessing.resized(original));
    return resize(picture, original, preprocessing);
  }

  /** What an image of that size has after resizing. */
  public ImageSize resized(ImageSize original) {
    return preprocessing.resized(original);
  }

  /** The picture in that many times the checkpoint's size; the caller closes it. */
  public ResizedPicture resize(Picture picture, double factor) {
    return resize(picture, picture.size(), preprocessing.scaled(factor));
  }

  /**
   * Gives the calling thread a stream of its own on a GPU, so that what it resizes overlaps what
   * other threads compute. It stays in that stream: call this on threads that do nothing but read
   * and resize. On a CPU this does nothing.
   */
  public void beginResizing() {
    tell("begin_resizing");
  }

  /** Returns when the device has done all that the calling thread asked of it. */
  public void waitForDevice() {
    tell("wait_for_device");
  }

  private void tell(String entry) {
    try (Tensor there = module.tensor(NOTHING, 0)) {
      module.run(entry, Map.of("there", there)).close();
    }
  }

  private ResizedPicture resize(Picture picture, ImageSize original, Preprocessing preprocessing) {
    ImageSize decoded = picture.size();
    ImageSize size = preprocessing.resized(original);
    float[] heightAndWidth = {size.height(), size.width()};
    try (Tensor pixels = module.hostBytes(picture.rgb(), decoded.height(), decoded.width(), 3);
        Tensor target = module.hostTensor(heightAndWidth, 2);
        Tensor there = module.tensor(NOTHING, 0)) {
      Map<String, Tensor> inputs = Map.of("image", pixels, "size", target, "there", there);
      return new ResizedPicture(original, size, module.run("resize_picture", inputs));
    }
  }
}
