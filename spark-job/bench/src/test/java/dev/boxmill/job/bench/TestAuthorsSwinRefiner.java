package dev.boxmill.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.detr.DetrFamily;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.job.session.ExecutorSlot;
import dev.boxmill.job.session.ImageLabeler;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.session.StageTimes;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabeledBox;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The authors' refiners for Swin-T move boxes by the maps of a Swin-T of full size. Runs where
 * {@code -Dshared.data} says where they lie, in a folder {@code refinebox}.
 */
@EnabledIfSystemProperty(named = "shared.data", matches = ".+")
final class TestAuthorsSwinRefiner {
  private static final String CONFIG =
      """
      {"model_type": "detr", "use_timm_backbone": false, "encoder_layers": 1, "decoder_layers": 1,
       "num_queries": 20, "backbone_config": {"model_type": "swin", "depths": [2, 2, 6, 2],
       "out_features": ["stage1", "stage2", "stage3", "stage4"]}}
      """;

  @TempDir private Path directory;

  @BeforeEach
  void writeDetector() throws IOException {
    Path config = Files.writeString(directory.resolve("config.json"), CONFIG);
    Files.writeString(
        directory.resolve("preprocessor_config.json"),
        "{\"image_processor_type\": \"DetrImageProcessor\","
            + " \"size\": {\"shortest_edge\": 200, \"longest_edge\": 300}}");
    List<ExpectedTensor> tensors = DetrFamily.parse(JsonConfig.read(config)).tensors();
    Map<String, Weight> weights = RandomWeights.of(tensors);
    Map<String, Weight> named = new TreeMap<>();
    tensors.forEach(t -> named.put(t.checkpointNames().get(0), weights.get(t.programName())));
    SafetensorsWriter.write(directory.resolve("model.safetensors"), named, Map.of());
  }

  /** All whose first map has as many channels as that of a Swin-T. */
  static List<Arguments> refinersAndPrecisions() throws IOException {
    Path folder =
        Path.of(System.getProperty("repository"))
            .resolve(System.getProperty("shared.data"))
            .resolve("refinebox");
    try (Stream<Path> found = Files.list(folder)) {
      List<Path> refiners =
          found
              .filter(file -> file.toString().endsWith(".pth"))
              .filter(file -> channels(file) == 96)
              .sorted()
              .toList();
      assertThat(refiners).as("refiners for Swin-T in %s", folder).isNotEmpty();
      return refiners.stream()
          .flatMap(file -> Stream.of("fp32", "bf16").map(p -> Arguments.of(file, p)))
          .toList();
    }
  }

  private static long channels(Path refiner) {
    try (Checkpoint checkpoint = Checkpoint.openFile(refiner)) {
      return checkpoint.tensor("channel_mapper.fpn_lateral2.weight").shape().get(1);
    }
  }

  @ParameterizedTest
  @MethodSource("refinersAndPrecisions")
  void everyBoxMoves(Path weights, String precision) {
    List<LabeledBox> boxes = labels("refinebox:weights=" + weights, precision);
    assertThat(boxes).hasSizeGreaterThan(5);
    assertThat(boxes).noneMatch(box -> box.corners().equals(box.detectorCorners()));
    assertThat(boxes).allMatch(box -> box.corners().xMin() <= box.corners().xMax());
  }

  private List<LabeledBox> labels(String refiner, String precision) {
    LabelSettings settings =
        LabelSettings.DEFAULTS
            .withDetector(directory.toString())
            .withRefiners(List.of(refiner))
            .withPrecision(Precision.of(precision))
            .withMinScore(0)
            .withTopK(OptionalInt.of(20));
    ExecutorSlot slot = new ExecutorSlot(List.of(), 1, 1, 1, new Configuration(false));
    try (ImageLabeler open =
        new DetectorLabelerProvider()
            .prepare(settings, new Configuration(false))
            .open(slot, new StageTimes())) {
      ImageInput input = new ImageInput("scene", TestAuthorsSwinRefiner::scene);
      return ((LabelRow.Labeled) open.label(List.of(input).iterator()).next()).boxes();
    }
  }

  private static byte[] scene() throws IOException {
    try (InputStream in = BundledSamples.class.getResourceAsStream("images/scene-000003.jpg")) {
      return in.readAllBytes();
    }
  }
}
