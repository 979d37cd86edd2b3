package dev.boxmill.detr.dfine;

import static dev.boxmill.checkpoint.TestingTensors.FLOAT32_TOLERANCE;
import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static dev.boxmill.checkpoint.TestingTensors.relativeDrift;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.ExpectedTensor.Part;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.checkpoint.TensorNames;
import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.TestingNames;
import dev.boxmill.detr.TestingNetwork;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.StateDictFormat;
import dev.boxmill.detr.architecture.StateDictFormats;
import dev.boxmill.detr.deimv2.Deimv2Architecture;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The names are those that {@code state_dict()} of the authors' own code lists, of networks of the
 * sizes of the golden files: with the golden files' weights under these names, their code gives the
 * golden files' results.
 */
final class TestFineStateDictFormats {
  private static final String DINO_SIZES =
      "heads=2,queries=9,backbone-heads=2,tap-8=1,tap-16=2,tap-32=3";

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "dfine-affine, d-fine, '2,3,1'",
    "deimv2-lite, deimv2, '3,2'",
    "deimv2-two-maps, deimv2, '3,3'",
  })
  void theAuthorsNamesGiveTheSameNetwork(String variant, String name, String points)
      throws IOException {
    Path file = write(authors(variant, points));
    Architecture expected = TestingNetwork.architecture(variant);
    try (Checkpoint checkpoint = Checkpoint.openFile(file)) {
      Architecture found = recognize(checkpoint, name + ":heads=2,queries=9");
      assertThat(TensorNames.select(checkpoint, found.tensors(), found.ignoredTensors()))
          .containsOnlyKeys(TestingNames.shapes(expected).keySet());
      assertThat(TestingNames.shapes(found)).isEqualTo(TestingNames.shapes(expected));
      assertThat(found.program().archive(Device.cpu(), Precision.FP32))
          .isEqualTo(expected.program().archive(Device.cpu(), Precision.FP32));
      assertThat(found.postProcessing()).isEqualTo(expected.postProcessing());
      assertThat(found.preprocessing()).isEqualTo(Preprocessing.stretched(new ImageSize(640, 640)));
    }
  }

  /** The weights of the golden files, with what the authors' files hold beside them. */
  @ParameterizedTest
  @CsvSource({"deimv2-dino, true", "deimv2-distilled, false"})
  void theAuthorsVisionTransformersGiveTheSameResults(String variant, boolean dino)
      throws IOException {
    try (Checkpoint checkpoint = Checkpoint.openFile(write(authors(variant, "2,3,1")));
        TestingGolden golden = TestingGolden.open(variant);
        DetectorFiles files = DetectorFiles.open(TestingGolden.directory(variant))) {
      Architecture found = recognize(checkpoint, "deimv2:" + DINO_SIZES);
      TensorNames.select(checkpoint, found.tensors(), found.ignoredTensors());
      Map<String, Weight> weights = new TreeMap<>(files.weights());
      if (!dino) {
        weights.keySet().removeIf(name -> name.matches("backbone\\.\\d+\\.scale[12]"));
      }
      weights.put("backbone.periods", values(1, 10));
      for (int layer = 0; dino && layer < 3; layer++) {
        String key = "backbone." + layer + ".k.";
        weights.put(key + "mask", TestingNames.zeros(List.of(16L)));
      }
      assertThat(TestingNames.shapes(found)).containsOnlyKeys(weights.keySet());
      weights.forEach(
          (name, weight) ->
              assertThat(TestingNames.shapes(found).get(name)).as(name).isEqualTo(weight.shape()));
      Map<String, float[]> steps =
          TestingNetwork.run(
              found.program(), weights, "stages", Precision.FP32, TestingNetwork.pixels(golden));
      float[] expected = golden.floats("c4");
      if (dino) {
        // without their bias keys are others
        assertThat(relativeDrift(steps.get("c4"), expected)).isBetween(1e-3, 0.5);
      } else {
        assertClose("c4", steps.get("c4"), expected, FLOAT32_TOLERANCE);
        assertClose("boxes", steps.get("boxes"), golden.floats("boxes"), FLOAT32_TOLERANCE);
      }
      assertThat(found.preprocessing()).isEqualTo(Preprocessing.square(new ImageSize(640, 640)));
    }
  }

  @Test
  void whichLayersOfAVisionTransformerAreReadIsAsked() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.openFile(write(authors("deimv2-dino", "2,3,1")))) {
      assertThatThrownBy(() -> recognize(checkpoint, "deimv2:tap-8=1,tap-16=2"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("its vision transformer has 4 layers (must be 12, as in the publi");
      assertThatThrownBy(() -> recognize(checkpoint, "deimv2:tap-8=1,tap-16=2,tap-32=5"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("Invalid out_indices: [1, 2, 5] (must be three of 1 to 4, ascendi");
    }
  }

  private static Weight values(float... values) {
    return TestingNames.values(List.of((long) values.length), FloatBuffer.wrap(values));
  }

  @Test
  void fusedTensorsAreTakenApartInTheirOrder() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.openFile(write(authors("deimv2-two-maps", "3,3")))) {
      Map<String, Part> parts =
          recognize(checkpoint, "deimv2:heads=2,queries=9").tensors().stream()
              .collect(Collectors.toMap(ExpectedTensor::programName, ExpectedTensor::part));
      assertThat(parts)
          .containsEntry("decoder.0.self.q.weight", new Part(0, 3))
          .containsEntry("decoder.1.self.k.bias", new Part(1, 3))
          .containsEntry("encoder.aifi.0.0.self.v.weight", new Part(2, 3))
          .containsEntry("decoder.1.fc1.gate.weight", new Part(0, 2))
          .containsEntry("decoder.1.fc1.up.weight", new Part(1, 2))
          .containsEntry("encoder.top_down.0.0.weight", new Part(0, 2))
          .containsEntry("encoder.top_down.0.1.weight", new Part(1, 2))
          .containsEntry("encoder.top_down.0.2.1.weight", new Part(0, 2))
          .containsEntry("encoder.top_down.0.2.0.weight", new Part(1, 2));
    }
  }

  @Test
  void deimAndDFineLookTheSame() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.openFile(write(authors("dfine-affine", "2,3,1")))) {
      assertThatThrownBy(() -> recognize(checkpoint, ""))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("its tensors may be those of d-fine or deim (say which: --archi");
    }
  }

  @Test
  void aTeachersProjectionMeansRtDetrV4() throws IOException {
    Map<String, Weight> tensors = authors("dfine-affine", "2,3,1");
    tensors.put("encoder.feature_projector.0.weight", TestingNames.zeros(List.of(32L, 8L)));
    tensors.put("encoder.feature_projector.0.bias", TestingNames.zeros(List.of(32L)));
    try (Checkpoint checkpoint = Checkpoint.openFile(write(tensors))) {
      Architecture found = recognize(checkpoint, ":heads=2");
      TensorNames.select(checkpoint, found.tensors(), found.ignoredTensors());
    }
  }

  @Test
  void keptAnchorsTellTheSizeOfImages() throws IOException {
    Map<String, Weight> tensors = authors("deimv2-lite", "3,2");
    tensors.put("decoder.anchors", TestingNames.zeros(List.of(1L, 500L, 4L)));
    tensors.put("decoder.valid_mask", TestingNames.zeros(List.of(1L, 500L, 1L)));
    try (Checkpoint checkpoint = Checkpoint.openFile(write(tensors))) {
      assertThat(recognize(checkpoint, "").preprocessing())
          .isEqualTo(Preprocessing.stretched(new ImageSize(320, 320)));
      assertThat(recognize(checkpoint, "deimv2:size=416").preprocessing())
          .isEqualTo(Preprocessing.stretched(new ImageSize(416, 416)));
    }
  }

  private static Architecture recognize(Checkpoint checkpoint, String choice) {
    List<StateDictFormat> formats = new ArrayList<>(DFineArchitecture.MEMBER.stateDictFormats());
    formats.addAll(Deimv2Architecture.MEMBER.stateDictFormats());
    return StateDictFormats.recognize(checkpoint, choice, formats);
  }

  private Path write(Map<String, Weight> tensors) {
    Path file = directory.resolve("authors.safetensors");
    SafetensorsWriter.write(file, tensors, Map.of());
    return file;
  }

  /** Zeros, but where the values say how many points each level has. */
  private static Map<String, Weight> authors(String variant, String points) throws IOException {
    Map<String, Weight> tensors = TestingNames.read(TestFineStateDictFormats.class, variant);
    tensors.replaceAll((n, v) -> n.endsWith("num_points_scale") ? scales(points) : v);
    return tensors;
  }

  private static Weight scales(String points) {
    List<Float> scales = new ArrayList<>();
    for (String text : points.split(",")) {
      int count = Integer.parseInt(text);
      for (int i = 0; i < count; i++) {
        scales.add(1f / count);
      }
    }
    FloatBuffer values = FloatBuffer.allocate(scales.size());
    scales.forEach(values::put);
    return TestingNames.values(List.of((long) scales.size()), values.flip());
  }
}
