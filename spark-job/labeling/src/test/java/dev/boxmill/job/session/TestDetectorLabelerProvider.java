package dev.boxmill.job.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.embedded.EmbeddedDetector;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.refiners.refinebox.NetworkTensors;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabeledBox;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which refiners a run gets, with the embedded detector and made-up refiner weights beside it. */
final class TestDetectorLabelerProvider {
  private static final String REFINEBOX =
      "refinebox:weights=refinebox.safetensors,steps=3,top-k=100";

  @TempDir Path directory;

  private record Values(List<Long> shape, FloatBuffer values) implements Weight {}

  @BeforeEach
  void copyDetector() throws IOException {
    try (Stream<Path> files = Files.list(EmbeddedDetector.directory())) {
      for (Path file : files.filter(f -> !f.endsWith("refinebox.safetensors")).toList()) {
        Files.copy(file, directory.resolve(file.getFileName()));
      }
    }
  }

  @Test
  void aDetectorWithARefinerIsRefinedUnlessToldOtherwise() {
    String plain = prepare().fingerprint();
    assertThat(prepare().refiners()).isEmpty();
    writeRefiner(channels(), 1);
    assertThat(prepare().refiners()).isEqualTo(REFINEBOX);
    assertThat(prepare("none").refiners()).isEmpty();
    assertThat(prepare("clip").refiners()).isEqualTo("clip:min-size=1.0");
    assertThat(prepare("none").fingerprint()).isEqualTo(plain);
  }

  @Test
  void autoIsWhatItStandsForInTheFingerprint() {
    PreparedLabeler auto = prepare(Precision.AUTO).withAuto(() -> Precision.BF16);
    assertThat(auto.settings()).containsEntry("precision", "bf16");
    assertThat(auto.fingerprint())
        .isEqualTo(prepare(Precision.BF16).fingerprint())
        .isNotEqualTo(prepare(Precision.AUTO).withAuto(() -> Precision.FP32).fingerprint());
    assertThat(auto).isEqualTo(prepare(Precision.BF16));
  }

  @Test
  void aNamedPrecisionAsksNobody() {
    PreparedLabeler named = prepare(Precision.FP32);
    assertThat(
            named.withAuto(
                () -> {
                  throw new AssertionError("asked");
                }))
        .isSameAs(named);
  }

  @Test
  void refinersWeightsAreInTheFingerprint() {
    writeRefiner(channels(), 1);
    String first = prepare().fingerprint();
    assertThat(prepare("refinebox").fingerprint()).isEqualTo(first);
    writeRefiner(channels(), 2);
    assertThat(prepare().fingerprint()).isNotEqualTo(first);
  }

  @Test
  void aRefinerOfAnotherDetectorIsRefusedOnTheDriver() {
    writeRefiner(List.of(1, 2, 3, 4), 1);
    assertThatThrownBy(this::prepare)
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("Cannot use refiner '" + REFINEBOX + "': Cannot refine by ")
        .hasMessageContaining("it is for feature maps of [1, 2, 3, 4] channels");
  }

  @Test
  void missingWeightsAreNamedOnTheDriver() {
    assertThatThrownBy(() -> prepare("refinebox"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Cannot find RefineBox weights 'refinebox.safetensors'");
  }

  @Test
  void labelsShowTheDetectorsBoxesAndTheRefined() {
    writeRefiner(channels(), 1);
    List<LabeledBox> refined = labels(prepare());
    List<LabeledBox> plain = labels(prepare("none"));
    assertThat(plain).isNotEmpty().allMatch(box -> box.corners().equals(box.detectorCorners()));
    assertThat(refined).extracting(LabeledBox::detectorCorners).isEqualTo(detectorCorners(plain));
    assertThat(refined).extracting(LabeledBox::score).isEqualTo(scores(plain));
    assertThat(refined).noneMatch(box -> box.corners().equals(box.detectorCorners()));
  }

  private PreparedLabeler prepare(String... refiners) {
    return prepare(Precision.FP32, refiners);
  }

  private PreparedLabeler prepare(Precision precision, String... refiners) {
    LabelSettings settings =
        LabelSettings.DEFAULTS
            .withDetector(directory.toString())
            .withRefiners(List.of(refiners))
            .withPrecision(precision)
            .withTopK(OptionalInt.of(20));
    return new DetectorLabelerProvider().prepare(settings, new Configuration(false));
  }

  private List<Integer> channels() {
    try (DetectorFiles files = DetectorFiles.open(directory)) {
      return files.architecture().featureChannels();
    }
  }

  private void writeRefiner(List<Integer> channels, long seed) {
    Random random = new Random(seed);
    Map<String, Weight> tensors = new TreeMap<>();
    for (ExpectedTensor tensor : NetworkTensors.of(channels)) {
      long count = tensor.shape().stream().reduce(1L, Math::multiplyExact);
      FloatBuffer values = FloatBuffer.allocate((int) count);
      while (values.hasRemaining()) {
        values.put((float) (0.1 * random.nextGaussian()));
      }
      tensors.put(tensor.checkpointNames().get(0), new Values(tensor.shape(), values.flip()));
    }
    SafetensorsWriter.write(directory.resolve("refinebox.safetensors"), tensors, Map.of());
  }

  private static List<LabeledBox> labels(PreparedLabeler labeler) {
    ExecutorSlot slot = new ExecutorSlot(List.of(), 1, 1, 1, new Configuration(false));
    try (ImageLabeler open = labeler.open(slot, new StageTimes())) {
      ImageInput input = new ImageInput("scene", TestDetectorLabelerProvider::scene);
      Iterator<LabelRow> rows = open.label(List.of(input).iterator());
      return ((LabelRow.Labeled) rows.next()).boxes();
    }
  }

  private static byte[] scene() throws IOException {
    try (InputStream in = BundledSamples.class.getResourceAsStream("images/scene-000003.jpg")) {
      return in.readAllBytes();
    }
  }

  private static List<Float> scores(List<LabeledBox> boxes) {
    return boxes.stream().map(LabeledBox::score).toList();
  }

  private static List<Object> detectorCorners(List<LabeledBox> boxes) {
    return boxes.stream().map(LabeledBox::detectorCorners).map(Object.class::cast).toList();
  }
}
