package dev.boxmill.detr;

import dev.boxmill.detr.postprocess.Predictions;
import dev.boxmill.schemas.Detection;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import java.util.List;

/**
 * What the detector found in a batch of images, and the backbone's feature maps. Closing it frees
 * the maps.
 */
public final class DetectedBatch implements AutoCloseable {
  private final List<List<Detection>> detections;
  private final Predictions predictions;
  private final Tensors outputs;

  DetectedBatch(List<List<Detection>> detections, Predictions predictions, Tensors outputs) {
    this.detections = List.copyOf(detections);
    this.predictions = predictions;
    this.outputs = outputs;
  }

  /** Detections of each image, by descending score. */
  public List<List<Detection>> detections() {
    return detections;
  }

  /** What every query says about every class. */
  public Predictions predictions() {
    return predictions;
  }

  /**
   * C2 to C5, each (B, C, h, w) in the network's precision, channels last in memory; open until
   * this is closed.
   */
  public List<Tensor> features() {
    return FeatureMapBatch.features(outputs);
  }

  @Override
  public void close() {
    outputs.close();
  }
}
