package dev.boxmill.detr.rtdetr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.ExpectedTensor.Part;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.checkpoint.TensorNames;
import dev.boxmill.detr.TestingNames;
import dev.boxmill.detr.TestingNetwork;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.PreprocessingArchitecture;
import dev.boxmill.detr.architecture.RenamedArchitecture;
import dev.boxmill.detr.architecture.StateDictFormats;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The names are those that the authors' own code lists, of networks of the sizes of the golden
 * files: with the golden files' weights under these names, their code gives the golden files'
 * results (check_authors.py).
 */
final class TestRtDetrStateDictFormat {
  private static final String FIRST = "rtdetr-bottleneck";
  private static final String SECOND = "rtdetr-v2";

  @TempDir private Path directory;

  @Test
  void theAuthorsNamesGiveTheSameNetwork() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.openFile(write(names(FIRST)))) {
      Architecture found = recognize(checkpoint, "rt-detr:heads=2,queries=9");
      Architecture expected = TestingNetwork.architecture(FIRST);
      assertThat(TensorNames.select(checkpoint, found.tensors(), found.ignoredTensors()))
          .containsOnlyKeys(TestingNames.shapes(expected).keySet());
      assertThat(TestingNames.shapes(found)).isEqualTo(TestingNames.shapes(expected));
      assertThat(found.program().archive(Device.cpu(), Precision.FP32))
          .isEqualTo(expected.program().archive(Device.cpu(), Precision.FP32));
      assertThat(found.preprocessing()).isEqualTo(Preprocessing.stretched(new ImageSize(640, 640)));
    }
  }

  @ParameterizedTest
  @CsvSource({"rt-detrv2, bilinear_sampling.py", "rt-detrv2-discrete, nearest_sampling.py"})
  void theSecondVersionIsAsked(String name, String sampling) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.openFile(write(names(SECOND)))) {
      assertThatThrownBy(() -> recognize(checkpoint, ""))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("may be those of rt-detrv2 or rt-detrv2-discrete (say which:");
      Architecture found = recognize(checkpoint, name + ":heads=2,queries=9");
      Architecture expected = TestingNetwork.architecture(SECOND);
      TensorNames.select(checkpoint, found.tensors(), found.ignoredTensors());
      assertThat(TestingNames.shapes(found)).isEqualTo(TestingNames.shapes(expected));
      assertThat(network(found).decoder().sampling().file()).endsWith(sampling);
    }
  }

  @Test
  void fusedTensorsAreTakenApartInTheirOrder() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.openFile(write(names(FIRST)))) {
      Map<String, Part> parts =
          recognize(checkpoint, "rt-detr:heads=2,queries=9").tensors().stream()
              .collect(Collectors.toMap(ExpectedTensor::programName, ExpectedTensor::part));
      assertThat(parts)
          .containsEntry("decoder.0.self.q.weight", new Part(0, 3))
          .containsEntry("decoder.1.self.k.bias", new Part(1, 3))
          .containsEntry("encoder.aifi.0.0.self.v.weight", new Part(2, 3));
    }
  }

  /** R50-M trains six layers and evaluates the third; the file has all of them. */
  @Test
  void layersBehindTheResultAreNotRead() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.openFile(write(names(FIRST)))) {
      Architecture found = recognize(checkpoint, "rt-detr:heads=2,layers=1");
      TensorNames.select(checkpoint, found.tensors(), found.ignoredTensors());
      assertThat(TestingNames.shapes(found)).doesNotContainKey("decoder.1.class.weight");
      assertThatThrownBy(() -> recognize(checkpoint, "rt-detr:heads=2,layers=3"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("Invalid --architecture: layers=3 (must be 2 at most");
    }
    Map<String, Weight> six = new TreeMap<>(names(FIRST));
    names(FIRST).entrySet().stream()
        .filter(e -> e.getKey().matches("decoder\\.(decoder\\.layers|dec_\\w+_head)\\.1\\..*"))
        .forEach(
            e -> {
              for (int layer = 2; layer < 6; layer++) {
                String name = e.getKey().replaceFirst("\\.1\\.", "." + layer + ".");
                six.put(name, e.getValue());
              }
            });
    try (Checkpoint checkpoint = Checkpoint.openFile(write(six))) {
      Architecture found = recognize(checkpoint, "rt-detr:heads=2");
      TensorNames.select(checkpoint, found.tensors(), found.ignoredTensors());
      assertThat(TestingNames.shapes(found))
          .containsKey("decoder.2.class.weight")
          .doesNotContainKey("decoder.3.class.weight");
    }
  }

  @Test
  void keptAnchorsTellTheSizeOfImages() throws IOException {
    Map<String, Weight> tensors = names(SECOND);
    tensors.put("decoder.anchors", TestingNames.zeros(List.of(1L, 2100L, 4L)));
    tensors.put("decoder.valid_mask", TestingNames.zeros(List.of(1L, 2100L, 1L)));
    try (Checkpoint checkpoint = Checkpoint.openFile(write(tensors))) {
      Architecture found = recognize(checkpoint, "rt-detrv2:heads=2");
      TensorNames.select(checkpoint, found.tensors(), found.ignoredTensors());
      assertThat(found.preprocessing()).isEqualTo(Preprocessing.stretched(new ImageSize(320, 320)));
    }
  }

  @Test
  void missingAndUnknownTensorsAreNamed() throws IOException {
    Map<String, Weight> tensors = names(FIRST);
    tensors.put("decoder.extra.weight", tensors.remove("encoder.input_proj.1.1.weight"));
    try (Checkpoint checkpoint = Checkpoint.openFile(write(tensors))) {
      Architecture found = recognize(checkpoint, "rt-detr:heads=2");
      assertThatThrownBy(
              () -> TensorNames.select(checkpoint, found.tensors(), found.ignoredTensors()))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("encoder.input_proj.1.1.weight")
          .hasMessageContaining("decoder.extra.weight");
    }
  }

  private static RtDetrArchitecture network(Architecture found) {
    Architecture renamed = ((PreprocessingArchitecture) found).network();
    return (RtDetrArchitecture) ((RenamedArchitecture) renamed).network();
  }

  private static Map<String, Weight> names(String variant) throws IOException {
    return TestingNames.read(TestRtDetrStateDictFormat.class, variant);
  }

  private Path write(Map<String, Weight> tensors) {
    Path file = directory.resolve("authors.safetensors");
    SafetensorsWriter.write(file, tensors, Map.of());
    return file;
  }

  private static Architecture recognize(Checkpoint checkpoint, String choice) {
    return StateDictFormats.recognize(
        checkpoint, choice, RtDetrArchitecture.MEMBER.stateDictFormats());
  }
}
