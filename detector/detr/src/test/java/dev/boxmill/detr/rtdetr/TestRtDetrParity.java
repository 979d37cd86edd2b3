package dev.boxmill.detr.rtdetr;

import static dev.boxmill.detr.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.detr.TestingTensors.assertClose;
import static dev.boxmill.detr.TestingTensors.relativeDrift;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.detr.Architecture;
import dev.boxmill.detr.checkpoint.Checkpoint;
import dev.boxmill.detr.checkpoint.JsonConfig;
import dev.boxmill.detr.checkpoint.TensorNames;
import dev.boxmill.detr.checkpoint.TestingGolden;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Program;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import dev.boxmill.torchscript.TorchModule;
import dev.boxmill.torchscript.Weight;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Step by step against transformers; make_golden_rtdetr.py made the references. */
final class TestRtDetrParity {
  private static final List<String> VARIANTS =
      List.of(
          "rtdetr-basic",
          "rtdetr-bottleneck",
          "rtdetr-learned-queries",
          "rtdetr-anchor-size",
          "rtdetr-normalize-before",
          "rtdetr-wide",
          "rtdetr-equal-widths");

  private static final int QUERIES = 9;

  /** What make_golden_rtdetr.py says under THRESHOLD and TARGET. */
  private static final float MIN_SCORE = 0.3f;

  private static final ImageSize TARGET = new ImageSize(221, 150);

  /** Relative root mean square that bfloat16's 8 bits may cost these small random networks. */
  private static final double BFLOAT16_FEATURES = 0.02;

  private static final double BFLOAT16_RESULTS = 0.05;

  static Stream<String> variants() {
    return VARIANTS.stream();
  }

  static Stream<Arguments> variantsAndConvolutions() {
    return VARIANTS.stream()
        .flatMap(
            variant -> Arrays.stream(Convolutions.values()).map(c -> Arguments.of(variant, c)));
  }

  @ParameterizedTest
  @MethodSource("variantsAndConvolutions")
  void everyStepMatches(String variant, Convolutions convolutions) {
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found =
          run(variant, "stages", p -> p.with(convolutions), Precision.FP32, pixels(golden));
      Set<String> steps = new TreeSet<>(golden.names());
      steps.removeIf(name -> name.equals("pixels") || name.startsWith("detections"));
      assertThat(found).containsOnlyKeys(steps);
      for (String step : inOrder(steps)) {
        assertClose(step, found.get(step), golden.floats(step), FLOAT32_TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void detectionsMatch(String variant) {
    Architecture architecture = architecture(variant);
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found = run(variant, "forward", p -> p, Precision.FP32, pixels(golden));
      assertThat(found).containsOnlyKeys("c2", "c3", "c4", "c5", "logits", "boxes");
      for (int image = 0; image < golden.shape("pixels")[0]; image++) {
        List<Detection> detections =
            architecture
                .postProcessing()
                .detections(found.get("logits"), found.get("boxes"), QUERIES, image, MIN_SCORE);
        assertDetections(golden, "detections." + image, detections);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rtdetr-basic", "rtdetr-equal-widths"})
  void anImageAloneGivesWhatItGivesInABatch(String variant) {
    try (TestingGolden golden = TestingGolden.open(variant)) {
      float[] both = golden.floats("pixels");
      long[] shape = golden.shape("pixels");
      shape[0] = 1;
      FloatBuffer second = FloatBuffer.wrap(both, both.length / 2, both.length / 2).slice();
      Map<String, float[]> alone =
          run(variant, "forward", p -> p, Precision.FP32, m -> m.tensor(second, shape));
      for (String result : List.of("logits", "boxes")) {
        float[] expected = golden.floats(result);
        float[] half = Arrays.copyOfRange(expected, expected.length / 2, expected.length);
        assertClose(result, alone.get(result), half, FLOAT32_TOLERANCE);
      }
    }
  }

  /**
   * Rounding may swap the last of the selected cells for the first of the others, and then queries
   * stand in another order; the ones that both selected are compared.
   */
  @ParameterizedTest
  @MethodSource("variants")
  void bfloat16DriftsLittle(String variant) {
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found = run(variant, "stages", p -> p, Precision.BF16, pixels(golden));
      for (String map : List.of("c2", "c3", "c4", "c5", "memory")) {
        assertThat(relativeDrift(found.get(map), golden.floats(map)))
            .as("drift of %s", map)
            .isBetween(1e-4, BFLOAT16_FEATURES);
      }
      int[] match = match(found.get("query.tokens"), golden.floats("query.tokens"));
      long common = Arrays.stream(match).filter(query -> query >= 0).count();
      assertThat(common).as("common queries").isGreaterThanOrEqualTo(match.length * 7L / 9);
      for (String result : List.of("query.content", "query.boxes", "decoder.0.boxes")) {
        float[] expected = golden.floats(result);
        int width = expected.length / match.length;
        assertThat(
                relativeDrift(
                    rows(found.get(result), match, width), matched(expected, match, width)))
            .as("drift of %s", result)
            .isBetween(1e-4, BFLOAT16_RESULTS);
      }
    }
  }

  /** For each of the expected queries, the found one of the same image and cell, or -1. */
  private static int[] match(float[] found, float[] expected) {
    int[] match = new int[expected.length];
    for (int first = 0; first < expected.length; first += QUERIES) {
      Map<Float, Integer> queries = new HashMap<>();
      for (int query = first; query < first + QUERIES; query++) {
        queries.put(found[query], query);
      }
      for (int query = first; query < first + QUERIES; query++) {
        match[query] = queries.getOrDefault(expected[query], -1);
      }
    }
    return match;
  }

  private static float[] rows(float[] values, int[] match, int width) {
    int[] rows = Arrays.stream(match).filter(row -> row >= 0).toArray();
    float[] taken = new float[rows.length * width];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, rows[i] * width, taken, i * width, width);
    }
    return taken;
  }

  private static float[] matched(float[] values, int[] match, int width) {
    int[] self = new int[match.length];
    Arrays.setAll(self, i -> match[i] >= 0 ? i : -1);
    return rows(values, self, width);
  }

  /** Earlier steps first, so that a failure names the step where it began. */
  private static List<String> inOrder(Set<String> steps) {
    List<String> kinds =
        List.of(
            "c",
            "encoder",
            "memory",
            "query.scores",
            "query.tokens",
            "query.content",
            "query.boxes",
            "decoder",
            "logits",
            "boxes");
    return steps.stream()
        .sorted(
            Comparator.comparingInt(
                    (String step) -> kinds.indexOf(step.replaceAll("\\.?\\d+(\\.boxes)?$", "")))
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  private static void assertDetections(
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
    // pixels of an image 221 wide
    assertClose("boxes", boxes, golden.floats(prefix + ".boxes"), 221 * FLOAT32_TOLERANCE);
  }

  private static Function<TorchModule, Tensor> pixels(TestingGolden golden) {
    return module -> module.tensor(golden.floats("pixels"), golden.shape("pixels"));
  }

  private static Architecture architecture(String variant) {
    Path directory = TestingGolden.directory(variant);
    return Architecture.parse(JsonConfig.read(directory.resolve("config.json")));
  }

  private static Map<String, float[]> run(
      String variant,
      String entry,
      Function<Program, Program> change,
      Precision precision,
      Function<TorchModule, Tensor> pixels) {
    Architecture architecture = architecture(variant);
    try (Checkpoint checkpoint = Checkpoint.open(TestingGolden.directory(variant))) {
      Map<String, Weight> weights =
          TensorNames.select(checkpoint, architecture.tensors(), architecture.ignoredTensors());
      Program program = change.apply(architecture.program());
      try (TorchModule module = program.load(Device.cpu(), precision, weights);
          Tensor input = pixels.apply(module);
          Tensors out = module.run(entry, Map.of("pixels", input))) {
        Map<String, float[]> values = new TreeMap<>();
        out.forEach((name, tensor) -> values.put(name, tensor.floats()));
        return values;
      }
    }
  }
}
