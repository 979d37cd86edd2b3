package dev.boxmill.detr;

import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the backbone made of a batch of images. Closing it waits until the device has made it, so
 * that the pictures may be freed, and frees the maps.
 */
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
    return IntStream.iterate(2, level -> outputs.containsKey("c" + level), level -> level + 1)
        .mapToObj(level -> outputs.named("c" + level))
        .toList();
  }

  @Override
  public void close() {
    try {
      outputs.named("last").floats();
    } finally {
      outputs.close();
    }
  }
}
