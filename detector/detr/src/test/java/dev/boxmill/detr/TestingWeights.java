package dev.boxmill.detr;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.torchscript.Weight;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random weights that keep the size of what passes through a network of any width. */
final class TestingWeights {
  private TestingWeights() {}

  private record RandomWeight(List<Long> shape, FloatBuffer values) implements Weight {}

  /** One for each tensor, under its program name; the same seed gives the same. */
  static Map<String, Weight> random(List<ExpectedTensor> tensors, long seed) {
    Random random = new Random(seed);
    Map<String, Weight> weights = new LinkedHashMap<>();
    for (ExpectedTensor tensor : tensors) {
      float[] values = new float[Math.toIntExact(count(tensor.shape()))];
      for (int i = 0; i < values.length; i++) {
        values[i] = value(tensor, random);
      }
      weights.put(tensor.programName(), new RandomWeight(tensor.shape(), FloatBuffer.wrap(values)));
    }
    return weights;
  }

  private static float value(ExpectedTensor tensor, Random random) {
    String name = tensor.programName();
    boolean vector = tensor.shape().size() == 1;
    if (vector && (name.endsWith(".weight") || name.endsWith(".var"))) {
      return 0.5f + random.nextFloat();
    }
    double inputs = (double) count(tensor.shape()) / tensor.shape().get(0);
    double deviation =
        switch (name) {
          case "anchors", "queries", "patterns" -> 1;
          default -> vector ? 0.1 : Math.sqrt((tensor.shape().size() == 4 ? 2 : 1) / inputs);
        };
    return (float) (deviation * random.nextGaussian());
  }

  private static long count(List<Long> shape) {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }
}
