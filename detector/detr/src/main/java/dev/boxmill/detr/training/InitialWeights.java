package dev.boxmill.detr.training;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.detr.criterion.CriterionSettings.ClassLoss;
import dev.boxmill.torchscript.RowWeight;
import dev.boxmill.torchscript.Weight;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What a tensor starts from, drawn as the authors' codes do: convolutions after He, linear layers
 * after Glorot, tables normal; sampling points in rings around the query; boxes that move nowhere,
 * and under focal loss classes that are rare.
 */
final class InitialWeights {

  /** How often a query is of a class, before anything was learned: of focal loss's authors. */
  private static final double PRIOR = 0.01;

  private static final float PRELU_SLOPE = 0.25f;

  private final TrainingNetwork network;
  private final long seed;

  /** The same seed gives the same numbers, tensor by tensor. */
  InitialWeights(TrainingNetwork network, long seed) {
    this.network = network;
    this.seed = seed;
  }

  Weight draw(ExpectedTensor tensor) {
    return draw(tensor, tensor.programName());
  }

  /** The same for a tensor that is one with others: all of them get the same numbers. */
  Weight draw(ExpectedTensor tensor, String nameOfAll) {
    long count = tensor.shape().stream().reduce(1L, Math::multiplyExact);
    float[] numbers = new float[Math.toIntExact(count)];
    Random random = new Random(31 * seed + nameOfAll.hashCode());
    fill(numbers, tensor.programName(), tensor.shape(), random);
    return RowWeight.of(tensor.shape(), numbers);
  }

  private void fill(float[] numbers, String name, List<Long> shape, Random random) {
    if (name.endsWith(".bn.var") || (isNorm(name) && name.endsWith(".weight"))) {
      Arrays.fill(numbers, 1);
    } else if (name.endsWith(".slope")) {
      Arrays.fill(numbers, PRELU_SLOPE);
    } else if (name.endsWith(".offset_scale")) {
      Arrays.fill(numbers, 1f / (int) network.program().constant("DECODER_POINTS"));
    } else if (name.endsWith(".offsets.bias")) {
      rings(numbers, name.startsWith("encoder.") ? "ENCODER" : "DECODER");
    } else if (name.endsWith(".class.bias") || name.equals("class.bias")) {
      Arrays.fill(numbers, classBias());
    } else if (isZero(name)) {
      return;
    } else if (name.endsWith(".weight")) {
      scaled(numbers, shape, random);
    } else {
      normal(numbers, 1, random);
    }
  }

  private static boolean isNorm(String name) {
    return name.contains("norm.") || name.contains(".bn.");
  }

  private static boolean isZero(String name) {
    return name.endsWith(".bias")
        || name.endsWith(".bn.mean")
        || name.endsWith(".offsets.weight")
        || name.endsWith(".attention_weights.weight")
        || name.endsWith("box.2.weight");
  }

  private float classBias() {
    return network.criterion().classLoss() == ClassLoss.SOFTMAX
        ? 0
        : (float) -Math.log((1 - PRIOR) / PRIOR);
  }

  /**
   * Deformable DETR's: each head looks in a direction of its own, its points one cell farther each.
   */
  private void rings(float[] numbers, String part) {
    int heads = (int) network.program().constant(part + "_HEADS");
    int points = (int) network.program().constant(part + "_POINTS");
    int levels = numbers.length / (2 * heads * points);
    int at = 0;
    for (int head = 0; head < heads; head++) {
      double angle = 2 * Math.PI * head / heads;
      double longer = Math.max(Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle)));
      for (int sample = 0; sample < levels * points; sample++) {
        int ring = sample % points + 1;
        numbers[at++] = (float) (ring * Math.cos(angle) / longer);
        numbers[at++] = (float) (ring * Math.sin(angle) / longer);
      }
    }
  }

  private static void scaled(float[] numbers, List<Long> shape, Random random) {
    double out = shape.get(0);
    double in = numbers.length / out;
    if (shape.size() > 2) {
      double fanOut = out * in / shape.get(1);
      normal(numbers, Math.sqrt(2 / fanOut), random);
      return;
    }
    double bound = Math.sqrt(6 / (in + out));
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
  }

  private static void normal(float[] numbers, double deviation, Random random) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (deviation * random.nextGaussian());
    }
  }
}
