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

  /** The picture in the checkpoint's size, for {@code normalize}; the caller closes it. */
  public ResizedPicture resize(Picture picture) {
    return resize(picture, preprocessing);
  }

  /** The picture in that many times the checkpoint's size; the caller closes it. */
  public ResizedPicture resize(Picture picture, double factor) {
    return resize(picture, preprocessing.scaled(factor));
  }

  private ResizedPicture resize(Picture picture, Preprocessing preprocessing) {
    ImageSize original = picture.size();
    ImageSize size = preprocessing.resized(original);
    float[] heightAndWidth = {size.height(), size.width()};
    try (Tensor pixels = module.hostBytes(picture.rgb(), original.height(), original.width(), 3);
        Tensor target = module.hostTensor(heightAndWidth, 2);
        Tensor there = module.tensor(NOTHING, 0)) {
      Map<String, Tensor> inputs = Map.of("image", pixels, "size", target, "there", there);
      return new ResizedPicture(original, size, module.run("resize_picture", inputs));
    }
  }
}
