package dev.boxmill.detr;

import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import java.util.List;

/** What the backbone made of a batch of images. Closing it frees the maps. */
public final class FeatureMapBatch implements AutoCloseable {
  private final Tensors outputs;

  FeatureMapBatch(Tensors outputs) {
    this.outputs = outputs;
  }

  /** As {@link DetectedBatch#features}. */
  public List<Tensor> features() {
    return features(outputs);
  }

  static List<Tensor> features(Tensors outputs) {
    return List.of(
        outputs.named("c2"), outputs.named("c3"), outputs.named("c4"), outputs.named("c5"));
  }

  @Override
  public void close() {
    outputs.close();
  }
}
