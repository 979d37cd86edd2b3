package dev.boxmill.checkpoint;

import dev.boxmill.torchscript.Weight;
import java.net.URISyntaxException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Set;

/** Reference results that a Python script left as {@code golden/NAME/golden.safetensors}. */
public final class TestingGolden implements AutoCloseable {
  private final SafetensorsFile file;

  private TestingGolden(SafetensorsFile file) {
    this.file = file;
  }

  /** The directory of that name among the test resources. */
  public static Path directory(String name) {
    try {
      return Path.of(TestingGolden.class.getResource("/golden/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  public static TestingGolden open(String name) {
    return new TestingGolden(SafetensorsFile.open(directory(name).resolve("golden.safetensors")));
  }

  public Set<String> names() {
    return file.entries().keySet();
  }

  public Weight tensor(String name) {
    return file.tensors().get(name);
  }

  public float[] floats(String name) {
    FloatBuffer values = tensor(name).values();
    float[] copy = new float[values.remaining()];
    values.get(copy);
    return copy;
  }

  public long[] shape(String name) {
    return tensor(name).shape().stream().mapToLong(Long::longValue).toArray();
  }

  @Override
  public void close() {
    file.close();
  }
}
