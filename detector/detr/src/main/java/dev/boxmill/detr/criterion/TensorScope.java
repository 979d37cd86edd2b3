package dev.boxmill.detr.criterion;

import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.TorchModule;
import java.util.ArrayList;
import java.util.List;

/** Small tensors that are closed together. */
final class TensorScope implements AutoCloseable {
  private static final int COORDINATES = 4;

  private final TorchModule module;
  private final List<Tensor> open = new ArrayList<>();

  TensorScope(TorchModule module) {
    this.module = module;
  }

  /** (1,). */
  Tensor number(double value) {
    return kept(module.tensor(new float[] {(float) value}, 1));
  }

  /** (n,), as float32, which holds whole numbers up to 2^24. */
  Tensor numbers(List<Integer> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    return kept(module.tensor(floats, floats.length));
  }

  /** (n,). */
  Tensor labels(List<TargetObject> objects) {
    return numbers(objects.stream().map(TargetObject::label).toList());
  }

  /** (n, 4) cxcywh. */
  Tensor boxes(List<TargetObject> objects) {
    float[] boxes = new float[COORDINATES * objects.size()];
    for (int i = 0; i < objects.size(); i++) {
      objects.get(i).box().writeTo(boxes, COORDINATES * i);
    }
    return kept(module.tensor(boxes, objects.size(), COORDINATES));
  }

  private Tensor kept(Tensor tensor) {
    open.add(tensor);
    return tensor;
  }

  @Override
  public void close() {
    open.forEach(Tensor::close);
  }
}
