package dev.boxmill.detr.dab;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static dev.boxmill.detr.TestingAuthors.floats;
import static dev.boxmill.detr.TestingAuthors.row;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.TestingAuthors;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The authors' own DN-DETR: their {@code .pth}, and every step that their code computed. Runs where
 * {@code -Dshared.data} says where it lies, in folders of {@code reference}. Their padded images
 * are left out: nothing is padded here.
 */
@EnabledIfSystemProperty(named = "shared.data", matches = ".+")
final class TestAuthorsDnDetr {

  static List<TestingAuthors> cases() {
    return TestingAuthors.cases("dn_dab_detr");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyStepIsTheAuthors(TestingAuthors authors) {
    try (Checkpoint theirs = authors.open();
        DetectorFiles files = authors.openWeights("dn-detr")) {
      Map<String, float[]> found = TestingAuthors.run(files, theirs);
      Map<String, float[]> expected = expected(authors, theirs);
      for (String step : expected.keySet()) {
        assertClose(step, found.get(step), expected.get(step), FLOAT32_TOLERANCE);
      }
      authors.assertDetections(
          files.architecture().postProcessing(), found, theirs, FLOAT32_TOLERANCE);
    }
  }

  /** Their results under the names of our steps. */
  private static Map<String, float[]> expected(TestingAuthors authors, Checkpoint theirs) {
    Map<String, float[]> expected = new TreeMap<>(authors.steps(theirs));
    expected.put("memory", floats(theirs, "memory"));
    int layers = authors.number("dec_layers");
    for (int layer = 0; layer < layers; layer++) {
      expected.put("references." + layer, row(theirs, "references", layer));
    }
    expected.put("decoded", row(theirs, "hs", layers - 1));
    return expected;
  }
}
