package dev.boxmill.refiners.refinebox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerException;
import dev.boxmill.refiners.spi.RefinerSpec;
import dev.boxmill.refiners.spi.Refiners;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Weight;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files are taken, and what is said of those that aren't. */
final class TestRefineBoxWeights {
  private static final List<Integer> CHANNELS = List.of(6, 8, 10, 12);
  private static final List<Integer> OTHERS = List.of(6, 8, 10, 24);

  @TempDir Path directory;

  private record Values(List<Long> shape, FloatBuffer values) implements Weight {}

  @Test
  void liesInTheDetectorsDirectoryOrWhereSaid() {
    Path file = TestingWeights.write(directory.resolve("mine.safetensors"), CHANNELS);
    Path elsewhere = directory.resolve("elsewhere");
    assertThat(RefineBoxWeights.find("mine.safetensors", Optional.of(directory))).isEqualTo(file);
    assertThat(RefineBoxWeights.find(file.toString(), Optional.of(elsewhere))).isEqualTo(file);
    assertThat(RefineBoxWeights.find(file.toUri().toString(), Optional.empty())).isEqualTo(file);
  }

  @Test
  void missingFileIsNamedWithItsRemedy() {
    assertThatThrownBy(() -> fingerprint("refinebox", CHANNELS))
        .isInstanceOf(RefinerException.class)
        .hasMessageContaining("Cannot find RefineBox weights 'refinebox.safetensors': no such file")
        .hasMessageContaining(directory.resolve("refinebox.safetensors").toString())
        .hasMessageContaining("train-refiner")
        .hasMessageContaining("--refiner none");
  }

  @Test
  void placesThatAreNoFileAreNamed() {
    assertThatThrownBy(() -> RefineBoxWeights.find("file:// a", Optional.empty()))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("Invalid weights: 'file:// a' (must be a file's name, path or file: URI)");
  }

  @Test
  void otherChannelsAreNamed() {
    Path file = TestingWeights.write(directory.resolve("refinebox.safetensors"), OTHERS);
    assertThatThrownBy(() -> RefineBoxWeights.open(file, CHANNELS))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Cannot refine by %s: it is for feature maps of [6, 8, 10, 24] channels, the"
                + " detector's have [6, 8, 10, 12] (train a refiner for this detector, or"
                + " --refiner none)",
            file);
  }

  @Test
  void detectorsWithoutMapsAreRefused() {
    Path file = TestingWeights.write(directory.resolve("refinebox.safetensors"), CHANNELS);
    assertThatThrownBy(() -> RefineBoxWeights.open(file, List.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("the detector offers no feature maps (take another detector");
  }

  @Test
  void aRefinerOfMoreLevelsIsNamed() {
    Path file = TestingWeights.write(directory.resolve("refinebox.safetensors"), CHANNELS);
    assertThatThrownBy(() -> RefineBoxWeights.open(file, List.of(6, 8, 10)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("feature maps of [6, 8, 10, 12] channels, the detector's have [6, 8")
        .hasMessageContaining("(train a refiner for this detector, or --refiner none)");
  }

  @Test
  void theLevelsAreAsManyAsTheDetectorHas() {
    Path file = TestingWeights.write(directory.resolve("refinebox.safetensors"), List.of(6, 8, 10));
    try (RefineBoxWeights weights = RefineBoxWeights.open(file, List.of(6, 8, 10))) {
      assertThat(weights.tensors())
          .containsKey("lateral2.weight")
          .doesNotContainKey("lateral3.weight");
    }
  }

  @Test
  void missingAndUnknownTensorsAreListed() {
    Map<String, Weight> tensors = TestingWeights.named(CHANNELS);
    Weight delta = tensors.remove("bboxes_refiner.bboxes_deltas.bias");
    tensors.put("bboxes_refiner.bboxes_delta.bias", delta);
    Path file = directory.resolve("refinebox.safetensors");
    SafetensorsWriter.write(file, tensors, Map.of());
    assertThatThrownBy(() -> RefineBoxWeights.open(file, CHANNELS))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("1 missing, 1 unused, 0 unfit tensors (it must hold exactly")
        .hasMessageContaining("missing  bboxes_refiner.bboxes_deltas.bias (4)")
        .hasMessageContaining("unused   bboxes_refiner.bboxes_delta.bias (4) F32");
  }

  @Test
  void weightsOfAFailedTrainingAreRefused() {
    Map<String, Weight> tensors = TestingWeights.named(CHANNELS);
    FloatBuffer values = FloatBuffer.wrap(new float[] {0, Float.NaN, 0, 0});
    tensors.put("bboxes_refiner.bboxes_deltas.bias", new Values(List.of(4L), values));
    Path file = directory.resolve("refinebox.safetensors");
    SafetensorsWriter.write(file, tensors, Map.of());
    assertThatThrownBy(() -> RefineBoxWeights.open(file, CHANNELS))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("its bboxes_refiner.bboxes_deltas.bias holds NaN");
  }

  @Test
  void weightsAreInTheFingerprint() {
    TestingWeights.write(directory.resolve("refinebox.safetensors"), CHANNELS);
    TestingWeights.write(directory.resolve("same.safetensors"), CHANNELS);
    Map<String, Weight> tensors = TestingWeights.named(CHANNELS);
    tensors.put(
        "bboxes_refiner.bboxes_deltas.bias",
        new Values(List.of(4L), FloatBuffer.wrap(new float[4])));
    SafetensorsWriter.write(directory.resolve("other.safetensors"), tensors, Map.of());

    String first = fingerprint("refinebox", CHANNELS);
    String same = fingerprint("refinebox:weights=same.safetensors", CHANNELS);
    String other = fingerprint("refinebox:weights=other.safetensors", CHANNELS);
    assertThat(same.replace("same.", "refinebox.")).isEqualTo(first);
    assertThat(other.replace("other.", "refinebox.")).isNotEqualTo(first);
  }

  private String fingerprint(String text, List<Integer> featureChannels) {
    Refiners refiners = Refiners.of(new RefineBoxPlugin());
    List<RefinerSpec> specs = refiners.parse(List.of(text));
    return refiners.fingerprint(
        specs,
        new RefinerContext(
            Map.of(0, "cat"),
            Device.cpu(),
            Precision.FP32,
            featureChannels,
            Optional.of(directory)));
  }
}
