package dev.boxmill.refiners.refinebox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.torchscript.Weight;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Weights and feature maps that nobody has to store: the script that made the reference results
 * computes the same values.
 */
final class HashedValues {

  private HashedValues() {}

  private record Values(List<Long> shape, FloatBuffer values) implements Weight {}

  /** The network's tensors, by program name. */
  static Map<String, Weight> weights(List<Integer> featureChannels) {
    Map<String, Weight> weights = new LinkedHashMap<>();
    for (ExpectedTensor tensor : NetworkTensors.of(featureChannels)) {
      FloatBuffer values = FloatBuffer.wrap(weight(tensor));
      weights.put(tensor.programName(), new Values(tensor.shape(), values));
    }
    return weights;
  }

  private static float[] weight(ExpectedTensor tensor) {
    String name = tensor.checkpointNames().get(0);
    List<Long> shape = tensor.shape();
    int count = (int) product(shape);
    if (shape.size() > 1) {
      long fanIn = product(shape.subList(1, shape.size()));
      return of(name, count, (float) Math.sqrt(3.0 / fanIn));
    }
    if (name.contains(".norm.weight") || (name.contains("reg_module") && name.endsWith("weight"))) {
      float[] values = of(name, count, 0.5f);
      for (int i = 0; i < count; i++) {
        values[i] += 1;
      }
      return values;
    }
    return of(name, count, 0.25f);
  }

  private static long product(List<Long> shape) {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** Uniform in [-scale, scale): 24 bits of a multiplicative hash of index and name. */
  static float[] of(String name, int count, float scale) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(UTF_8));
    int start = (int) crc.getValue();
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = ((hash(i + start) >>> 8) * 0x1p-23f - 1) * scale;
    }
    return values;
  }

  private static int hash(int value) {
    int x = value;
    x = (x ^ (x >>> 15)) * 0x7FEB352D;
    x = (x ^ (x >>> 16)) * 0x846CA68B;
    return x ^ (x >>> 15);
  }
}
