package dev.boxmill.detr.groundingdino;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.ExpectedTensor.Part;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.detr.TestingNames;
import dev.boxmill.detr.TestingNetwork;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.detr.words.Prompt;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The names are those that the authors' own code lists, of a network of the golden file's sizes:
 * with the golden file's weights under these names, their code gives the golden file's results
 * (check_authors.py).
 */
final class TestGroundingDinoStateDictFormat {
  private static final String VARIANT = "grounding-dino";

  /** What tensors don't show, where it is not as published. */
  private static final String NETWORK = "grounding-dino:heads=4,text-heads=3";

  @TempDir private Path directory;
  private Prompt prompt;
  private Architecture expected;

  @BeforeEach
  void openGolden() {
    try (DetectorFiles files = TestingNetwork.open(VARIANT)) {
      prompt = files.options().prompt();
      expected = files.architecture();
    }
  }

  @Test
  void theAuthorsNamesGiveTheSameNetwork() throws IOException {
    Map<String, Weight> tensors = names();
    // which the published files have beside the network
    tensors.put("label_enc.weight", TestingNames.zeros(List.of(2001L, 32L)));
    tensors.put("bert.embeddings.position_ids", TestingNames.zeros(List.of(1L, 20L)));
    write(tensors);
    Files.copy(golden("tokenizer.json"), directory.resolve("tokenizer.json"));

    Prompt unread = Prompt.of(Map.of("fruit", List.of("red apple")));
    try (DetectorFiles files = open(unread)) {
      assertThat(files.options().prompt().isTokenized()).isTrue();
      assertThat(files.weights()).containsOnlyKeys(TestingNames.shapes(expected).keySet());
    }
    try (DetectorFiles files = open(prompt)) {
      Architecture found = files.architecture();
      assertThat(TestingNames.shapes(found)).isEqualTo(TestingNames.shapes(expected));
      assertThat(found.program().archive(Device.cpu(), Precision.FP32))
          .isEqualTo(expected.program().archive(Device.cpu(), Precision.FP32));
      assertThat(found.classNames()).isEqualTo(expected.classNames());
      assertThat(found.preprocessing()).isEqualTo(Preprocessing.original());
      assertThat(parts(found))
          .containsEntry("decoder.0.text.k.bias", new Part(1, 3))
          .containsEntry("encoder.1.text.self.v.weight", new Part(2, 3));
    }
  }

  @Test
  void itsTokenizerLiesBesideIt() throws IOException {
    write(names());
    assertThatThrownBy(() -> open(Prompt.of(Map.of("fruit", List.of("red apple")))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("Missing tokenizer in " + directory);
    assertThatThrownBy(() -> open(Prompt.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("Missing --prompt: ");
  }

  private static Map<String, Part> parts(Architecture network) {
    return network.tensors().stream()
        .collect(Collectors.toMap(ExpectedTensor::programName, ExpectedTensor::part));
  }

  private static Path golden(String file) {
    return TestingGolden.directory(VARIANT).resolve(file);
  }

  private static Map<String, Weight> names() throws IOException {
    return TestingNames.read(TestGroundingDinoStateDictFormat.class, VARIANT);
  }

  private void write(Map<String, Weight> tensors) {
    SafetensorsWriter.write(directory.resolve("state_dict.safetensors"), tensors, Map.of());
  }

  private DetectorFiles open(Prompt asked) {
    return DetectorFiles.open(directory, new DetectorOptions(NETWORK, Map.of(), asked));
  }
}
