package dev.boxmill.detr;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** State dicts of zeros, under the names and with the shapes that a code base lists. */
public final class TestingNames {
  private TestingNames() {}

  private record Values(List<Long> shape, FloatBuffer values) implements Weight {}

  /**
   * All tensors of a list.
   *
   * @param anchor class beside which {@code VARIANT.names} lies: a name and a shape in each line
   */
  public static Map<String, Weight> read(Class<?> anchor, String variant) throws IOException {
    Map<String, Weight> tensors = new TreeMap<>();
    try (InputStream in = anchor.getResourceAsStream(variant + ".names")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      text.lines().map(line -> line.split(" ")).forEach(l -> tensors.put(l[0], zeros(shape(l[1]))));
    }
    return tensors;
  }

  private static List<Long> shape(String text) {
    return Arrays.stream(text.split("x")).map(Long::valueOf).toList();
  }

  /** A tensor of zeros. */
  public static Weight zeros(List<Long> shape) {
    int count = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    return values(shape, FloatBuffer.allocate(count));
  }

  /** A tensor of these values. */
  public static Weight values(List<Long> shape, FloatBuffer values) {
    return new Values(shape, values);
  }

  /** The shapes of a network's tensors, by program name. */
  public static Map<String, List<Long>> shapes(Architecture architecture) {
    return architecture.tensors().stream()
        .collect(Collectors.toMap(ExpectedTensor::programName, ExpectedTensor::shape));
  }
}
