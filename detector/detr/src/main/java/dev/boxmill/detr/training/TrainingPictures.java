package dev.boxmill.detr.training;

import dev.boxmill.detr.criterion.TargetObject;
import dev.boxmill.detr.preprocess.PicturePreprocessor;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.detr.preprocess.ResizedPicture;
import dev.boxmill.image.Picture;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Program;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import dev.boxmill.torchscript.TorchModule;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes batches of pictures, on a device. */
public final class TrainingPictures implements AutoCloseable {
  private final TorchModule module;
  private final PicturePreprocessor preprocessor;

  private TrainingPictures(TorchModule module, Preprocessing preprocessing) {
    this.module = module;
    this.preprocessor = new PicturePreprocessor(preprocessing, module);
  }

  /**
   * Loads the program.
   *
   * @param preprocessing that fills no image up
   */
  public static TrainingPictures load(Preprocessing preprocessing, Device device) {
    Program program =
        preprocessing.program().and(Program.of(TrainingPictures.class, "pictures.py"));
    return new TrainingPictures(program.load(device, Precision.FP32, Map.of()), preprocessing);
  }

  /** The picture in that many times the network's usual size; the caller closes it. */
  public ResizedPicture resize(Picture picture, double factor) {
    return preprocessor.resize(picture, factor);
  }

  /**
   * A batch.
   *
   * @param resized from {@link #resize}, all of one size; left open
   * @param objects of each picture
   * @param seeds of each picture
   */
  public TrainingBatch batch(
      List<ResizedPicture> resized, List<List<TargetObject>> objects, List<Long> seeds) {
    Map<String, Tensor> inputs = new HashMap<>();
    for (int i = 0; i < resized.size(); i++) {
      inputs.put(String.valueOf(i), resized.get(i).image());
    }
    ImageSize size = resized.get(0).size();
    try (Tensors outputs = module.run("normalized_pictures", inputs)) {
      FloatBuffer pixels = FloatBuffer.wrap(outputs.named("pixels").floats());
      return new TrainingBatch(pixels, size.height(), size.width(), objects, seeds);
    }
  }

  @Override
  public void close() {
    module.close();
  }
}
