package dev.boxmill.checkpoint;

import dev.boxmill.torchscript.Weight;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** Some rows of a tensor. */
record WeightPart(Weight whole, ExpectedTensor.Part part) implements Weight {

  @Override
  public List<Long> shape() {
    List<Long> shape = new ArrayList<>(whole.shape());
    shape.set(0, shape.get(0) / part.count());
    return shape;
  }

  @Override
  public FloatBuffer values() {
    FloatBuffer values = whole.values();
    int size = values.remaining() / part.count();
    return values.slice(values.position() + part.index() * size, size);
  }
}
