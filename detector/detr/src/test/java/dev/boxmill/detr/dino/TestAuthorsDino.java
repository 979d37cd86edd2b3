package dev.boxmill.detr.dino;

import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static dev.boxmill.detr.TestingAuthors.floats;
import static dev.boxmill.detr.TestingAuthors.row;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.StoredTensor;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.TestingAuthors;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Step by step against what the authors' own code computed from the same weights. Runs where {@code
 * -Dshared.data} says where that lies, in folders of {@code reference}. Their padded images are
 * left out: nothing is padded here.
 */
@EnabledIfSystemProperty(named = "shared.data", matches = ".+")
final class TestAuthorsDino {

  /** Both sides' float32 is up to 1e-4 from float64. */
  private static final float TOLERANCE = 2e-4f;

  static List<TestingAuthors> cases() {
    return TestingAuthors.cases("dino");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyStepIsTheAuthors(TestingAuthors authors) {
    try (DetectorFiles files = authors.openWeights("dino");
        Checkpoint theirs = authors.open()) {
      Map<String, float[]> found = TestingAuthors.run(files, theirs);
      Map<String, float[]> expected = expected(authors, theirs);
      for (String step : expected.keySet()) {
        assertClose(step, found.get(step), expected.get(step), TOLERANCE);
      }
      authors.assertDetections(files.architecture().postProcessing(), found, theirs, TOLERANCE);
    }
  }

  /** Their results under the names of our steps. */
  private static Map<String, float[]> expected(TestingAuthors authors, Checkpoint theirs) {
    Map<String, float[]> expected = new TreeMap<>(authors.steps(theirs));
    expected.put("tokens", tokens(theirs));
    expected.put("encoder." + (authors.number("enc_layers") - 1), floats(theirs, "memory"));
    expected.put("query.candidates", floats(theirs, "enc.output_memory"));
    expected.put("query.scores", floats(theirs, "enc.class_unselected"));
    expected.put("query.boxes", floats(theirs, "enc.topk_boxes"));
    for (int i = 0; i < authors.number("dec_layers"); i++) {
      expected.put("decoder." + i + ".normed", row(theirs, "hs", i));
      expected.put("decoder." + i + ".boxes", row(theirs, "references", i + 1));
    }
    return expected;
  }

  /** All levels' maps (B, D, h, w) as tokens (B, N, D). */
  private static float[] tokens(Checkpoint theirs) {
    List<StoredTensor> levels =
        theirs.names().stream()
            .filter(n -> n.startsWith("input_proj."))
            .sorted()
            .map(theirs::tensor)
            .toList();
    long images = levels.get(0).shape().get(0);
    List<float[]> parts =
        Stream.iterate(0, i -> i < images, i -> i + 1)
            .flatMap(image -> levels.stream().map(level -> tokens(level, image)))
            .toList();
    float[] all = new float[parts.stream().mapToInt(t -> t.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private static float[] tokens(StoredTensor map, int image) {
    FloatBuffer values = map.values();
    int channels = Math.toIntExact(map.shape().get(1));
    float[] tokens = new float[values.remaining() / Math.toIntExact(map.shape().get(0))];
    int cells = tokens.length / channels;
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = values.get(image * tokens.length + i % channels * cells + i / channels);
    }
    return tokens;
  }
}
