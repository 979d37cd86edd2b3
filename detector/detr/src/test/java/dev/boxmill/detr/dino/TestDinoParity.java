package dev.boxmill.detr.dino;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static dev.boxmill.checkpoint.TestingTensors.relativeDrift;
import static dev.boxmill.detr.TestingNetwork.pixels;
import static dev.boxmill.detr.TestingNetwork.secondHalf;
import static dev.boxmill.detr.TestingNetwork.secondImage;
import static dev.boxmill.detr.TestingNetwork.steps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.detr.TestingNetwork;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Step by step against the reference in make_golden_dino.py, which made the checkpoints too. */
final class TestDinoParity {

  /** Relative root mean square that reduced precision may cost in these small random networks. */
  private static final double BFLOAT16_FEATURES = 0.02;

  private static final double BFLOAT16_MEMORY = 0.05;

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "dino-4scale, original.pth",
    "dino-5scale, original.pth",
    "dino-4scale-detrex, detrex.pth",
    "dino-5scale-detrex, detrex.pth"
  })
  void everyStepMatches(String variant, String file) {
    try (TestingGolden golden = TestingGolden.open(variant);
        DetectorFiles files = open(variant, file)) {
      Map<String, float[]> found =
          TestingNetwork.run(files, "stages", p -> p, Precision.FP32, pixels(golden));
      assertSame(found, golden);
    }
  }

  @ParameterizedTest
  @EnumSource(Convolutions.class)
  void everyStepMatchesWithEitherConvolution(Convolutions convolutions) {
    try (TestingGolden golden = TestingGolden.open("dino-4scale");
        DetectorFiles files = open("dino-4scale", "original.pth")) {
      Map<String, float[]> found =
          TestingNetwork.run(
              files, "stages", p -> p.with(convolutions), Precision.FP32, pixels(golden));
      assertSame(found, golden);
    }
  }

  private static void assertSame(Map<String, float[]> found, TestingGolden golden) {
    Set<String> steps = steps(golden);
    assertThat(found).containsOnlyKeys(steps);
    for (String step : inOrder(steps)) {
      assertClose(step, found.get(step), golden.floats(step), FLOAT32_TOLERANCE);
    }
  }

  @Test
  void coDinosQueryHeadIsADino() {
    try (TestingGolden golden = TestingGolden.open("dino-co");
        DetectorFiles files = open("co-dino", TestingGolden.directory("dino-co"), "co_dino.pth")) {
      Map<String, float[]> found =
          TestingNetwork.run(files, "stages", p -> p, Precision.FP32, pixels(golden));
      for (String step : inOrder(steps(golden))) {
        assertClose(step, found.get(step), golden.floats(step), FLOAT32_TOLERANCE);
      }
      assertThat(files.architecture().classNames()).hasSize(5);
    }
  }

  @Test
  void aTensorOfCoDinoThatNobodyKnowsIsNamed() throws IOException {
    Path file = directory.resolve("co_dino.safetensors");
    try (Checkpoint checkpoint =
        Checkpoint.openFile(TestingGolden.directory("dino-co").resolve("co_dino.pth"))) {
      Map<String, Weight> tensors = new TreeMap<>();
      checkpoint.names().forEach(name -> tensors.put(name, checkpoint.tensor(name)));
      tensors.put("mask_head.conv.weight", tensors.remove("neck.convs.1.gn.bias"));
      SafetensorsWriter.write(file, tensors, Map.of());
    }
    try (DetectorFiles files = open("co-dino", directory, "co_dino.safetensors")) {
      assertThatThrownBy(files::weights)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("neck.convs.1.gn.bias")
          .hasMessageContaining("mask_head.conv.weight");
    }
  }

  /** Each source has its own position embeddings, so only the weights can be compared. */
  @ParameterizedTest
  @ValueSource(strings = {"dino-4scale", "dino-5scale"})
  void bothSourcesNameTheSameWeights(String variant) {
    try (DetectorFiles original = open(variant, "original.pth");
        DetectorFiles detrex = open(variant, "detrex.pth")) {
      Map<String, Weight> weights = original.weights();
      assertThat(detrex.weights()).containsOnlyKeys(weights.keySet());
      detrex
          .weights()
          .forEach(
              (name, weight) ->
                  assertThat(weight.values()).as(name).isEqualTo(weights.get(name).values()));
    }
  }

  /** The authors' network with the weights of the file that has detrex' names. */
  @Test
  void renamedWeightsGiveTheSameResults() {
    try (TestingGolden golden = TestingGolden.open("dino-4scale");
        DetectorFiles original = open("dino-4scale", "original.pth");
        DetectorFiles detrex = open("dino-4scale", "detrex.pth")) {
      Map<String, float[]> found =
          TestingNetwork.run(
              original.architecture().program(),
              detrex.weights(),
              "stages",
              Precision.FP32,
              pixels(golden));
      assertSame(found, golden);
    }
  }

  @Test
  void anImageAloneGivesWhatItGivesInABatch() {
    try (TestingGolden golden = TestingGolden.open("dino-4scale");
        DetectorFiles files = open("dino-4scale", "original.pth")) {
      Map<String, float[]> alone = TestingNetwork.run(files, secondImage(golden));
      assertThat(alone).containsOnlyKeys("c2", "c3", "c4", "c5", "logits", "boxes");
      for (String result : List.of("logits", "boxes")) {
        float[] expected = secondHalf(golden.floats(result));
        assertClose(result, alone.get(result), expected, FLOAT32_TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"dino-4scale, original.pth", "dino-5scale-detrex, detrex.pth"})
  void bfloat16DriftsLittle(String variant, String file) {
    try (TestingGolden golden = TestingGolden.open(variant);
        DetectorFiles files = open(variant, file)) {
      Map<String, float[]> found =
          TestingNetwork.run(files, "stages", p -> p, Precision.BF16, pixels(golden));
      for (String step : List.of("c2", "c3", "c4", "c5", "tokens", "encoder.0", "encoder.1")) {
        double most = step.startsWith("c") ? BFLOAT16_FEATURES : BFLOAT16_MEMORY;
        assertThat(relativeDrift(found.get(step), golden.floats(step)))
            .as("drift of %s", step)
            .isBetween(most / 1000, most);
      }
    }
  }

  @Test
  void tensorsTellItsSizes() {
    try (DetectorFiles files = open("dino-5scale", "original.pth")) {
      assertThat(files.architecture().classNames()).hasSize(5).containsEntry(4, "label_4");
      assertThat(files.architecture().postProcessing()).isEqualTo(PostProcessing.sigmoidTopK(300));
      assertThat(files.architecture().featureChannels()).containsExactly(6, 8, 9, 10);
    }
  }

  private static DetectorFiles open(String variant, String file) {
    return DetectorFiles.open(path(variant, file), new DetectorOptions("dino:heads=4", Map.of()));
  }

  private static DetectorFiles open(String network, Path folder, String file) {
    return DetectorFiles.open(
        folder.resolve(file), new DetectorOptions(network + ":heads=4", Map.of()));
  }

  /** What detrex' positions give is a variant of its own, with the same weights. */
  private static Path path(String variant, String file) {
    return TestingGolden.directory(variant.replace("-detrex", "")).resolve(file);
  }

  /** Earlier steps first, so that a failure names the step where it began. */
  private static List<String> inOrder(Set<String> steps) {
    List<String> kinds = List.of("c", "tokens", "encoder", "query", "decoder", "logits", "boxes");
    return steps.stream()
        .sorted(
            Comparator.comparingInt((String step) -> kinds.indexOf(step.replaceAll("[.\\d].*", "")))
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }
}
