package dev.boxmill.detr;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.words.Prompt;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Program;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import dev.boxmill.torchscript.TorchModule;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Runs the tiny checkpoints whose reference results lie beside them. */
public final class TestingNetwork {

  /** What the scripts that made the references say under THRESHOLD and TARGET. */
  public static final float MIN_SCORE = 0.3f;

  private static final ImageSize TARGET = new ImageSize(221, 150);

  private TestingNetwork() {}

  public static Architecture architecture(String variant) {
    try (DetectorFiles files = open(variant)) {
      return files.architecture();
    }
  }

  /** A checkpoint, asked for what its prompts.json says where it has one. */
  public static DetectorFiles open(String variant) {
    Path prompts = TestingGolden.directory(variant).resolve("prompts.json");
    DetectorOptions options =
        Files.exists(prompts)
            ? DetectorOptions.NONE.withPrompt(prompt(prompts))
            : DetectorOptions.NONE;
    return DetectorFiles.open(TestingGolden.directory(variant), options);
  }

  private static Prompt prompt(Path file) {
    try {
      return Prompt.of(
          new ObjectMapper()
              .readValue(
                  file.toFile(), new TypeReference<LinkedHashMap<String, List<String>>>() {}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names of its steps, without the input and the detections. */
  public static Set<String> steps(TestingGolden golden) {
    Set<String> steps = new TreeSet<>(golden.names());
    steps.removeIf(name -> name.equals("pixels") || name.startsWith("detections"));
    return steps;
  }

  public static Function<TorchModule, Tensor> pixels(TestingGolden golden) {
    return module -> module.tensor(golden.floats("pixels"), golden.shape("pixels"));
  }

  /** The second image of two, in a batch of its own. */
  public static Function<TorchModule, Tensor> secondImage(TestingGolden golden) {
    float[] both = golden.floats("pixels");
    long[] shape = golden.shape("pixels");
    shape[0] = 1;
    FloatBuffer second = FloatBuffer.wrap(both, both.length / 2, both.length / 2).slice();
    return module -> module.tensor(second, shape);
  }

  /** The second image's half of a result. */
  public static float[] secondHalf(float[] values) {
    return Arrays.copyOfRange(values, values.length / 2, values.length);
  }

  public static Map<String, float[]> run(
      String variant, String entry, Precision precision, Function<TorchModule, Tensor> pixels) {
    return run(variant, entry, program -> program, precision, pixels);
  }

  /** What the entry point returns, everything as float32. */
  public static Map<String, float[]> run(
      String variant,
      String entry,
      UnaryOperator<Program> change,
      Precision precision,
      Function<TorchModule, Tensor> pixels) {
    try (DetectorFiles files = open(variant)) {
      return run(files, entry, change, precision, pixels);
    }
  }

  /** What {@code forward} returns in float32. */
  public static Map<String, float[]> run(
      DetectorFiles files, Function<TorchModule, Tensor> pixels) {
    return run(files, "forward", program -> program, Precision.FP32, pixels);
  }

  /** What the entry point returns, everything as float32. */
  public static Map<String, float[]> run(
      DetectorFiles files,
      String entry,
      UnaryOperator<Program> change,
      Precision precision,
      Function<TorchModule, Tensor> pixels) {
    Program program = change.apply(files.architecture().program());
    return run(program, files.weights(), entry, precision, pixels);
  }

  /** What the entry point returns with those weights, everything as float32. */
  public static Map<String, float[]> run(
      Program program,
      Map<String, Weight> weights,
      String entry,
      Precision precision,
      Function<TorchModule, Tensor> pixels) {
    try (TorchModule module = program.load(Device.cpu(), precision, weights);
        Tensor input = pixels.apply(module);
        Tensors out = module.run(entry, Map.of("pixels", input))) {
      Map<String, float[]> values = new TreeMap<>();
      out.forEach((name, tensor) -> values.put(name, tensor.floats()));
      return values;
    }
  }

  /** Compares with the library's post-processing of the same image. */
  public static void assertDetections(TestingGolden golden, int image, List<Detection> detections) {
    assertDetections(golden, "detections." + image, detections);
  }

  /** The same under another name. */
  public static void assertDetections(
      TestingGolden golden, String prefix, List<Detection> detections) {
    float[] scores = new float[detections.size()];
    float[] labels = new float[detections.size()];
    float[] boxes = new float[4 * detections.size()];
    for (int i = 0; i < detections.size(); i++) {
      scores[i] = detections.get(i).score();
      labels[i] = detections.get(i).labelId();
      Corners corners = detections.get(i).box().corners(TARGET);
      boxes[4 * i] = corners.xMin();
      boxes[4 * i + 1] = corners.yMin();
      boxes[4 * i + 2] = corners.xMax();
      boxes[4 * i + 3] = corners.yMax();
    }
    assertThat(labels).as(prefix).hasSizeGreaterThan(3);
    assertThat(labels).as(prefix).containsExactly(golden.floats(prefix + ".labels"));
    assertClose("scores", scores, golden.floats(prefix + ".scores"), FLOAT32_TOLERANCE);
    assertClose(
        "boxes", boxes, golden.floats(prefix + ".boxes"), TARGET.width() * FLOAT32_TOLERANCE);
  }
}
