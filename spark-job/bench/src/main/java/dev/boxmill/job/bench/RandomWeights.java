package dev.boxmill.job.bench;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.torchscript.Weight;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Made-up weights of a network that keep its activations in size: what is timed, and what rounding
 * is measured on. The same tensor has the same values every time.
 */
final class RandomWeights {

  private RandomWeights() {}

  private record Drawn(String name, List<Long> shape) implements Weight {

    /** Drawn when asked for, and not kept. */
    @Override
    public FloatBuffer values() {
      RandomGenerator random =
          RandomGeneratorFactory.of("L64X128MixRandom").create(name.hashCode());
      int count = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
      FloatBuffer values = FloatBuffer.allocate(count);
      double mean = mean();
      double deviation = deviation();
      while (values.hasRemaining()) {
        values.put((float) (mean + deviation * random.nextGaussian()));
      }
      return values.flip();
    }

    /** Norms multiply by about 1; all else lies around 0. */
    private double mean() {
      return shape.size() < 2 && (name.endsWith("weight") || name.endsWith("var")) ? 1 : 0;
    }

    /** Half of what a convolution adds up is cut off by the ReLU behind it. */
    private double deviation() {
      return switch (shape.size()) {
        case 4 -> Math.sqrt(2.0 / (shape.get(1) * shape.get(2) * shape.get(3)));
        case 2 -> name.endsWith("weight") ? 1 / Math.sqrt(shape.get(1)) : 1;
        default -> 0.05;
      };
    }
  }

  /** A weight for each tensor, by its name in the program. */
  static Map<String, Weight> of(List<ExpectedTensor> tensors) {
    Map<String, Weight> weights = new TreeMap<>();
    for (ExpectedTensor tensor : tensors) {
      weights.put(tensor.programName(), new Drawn(tensor.programName(), tensor.shape()));
    }
    return weights;
  }
}
