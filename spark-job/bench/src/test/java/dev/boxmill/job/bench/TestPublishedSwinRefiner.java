package dev.boxmill.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.detr.DetrFamily;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.job.session.ExecutorSlot;
import dev.boxmill.job.session.ImageLabeler;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.session.StageTimes;
import dev.boxmill.job.source.ImageInput;
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
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The authors' refiner for Swin-T moves boxes by the maps of a Swin-T of full size. Runs where
 * {@code -Dshared.data} says where it lies, in a folder {@code refinebox}.
 */
@EnabledIfSystemProperty(named = "shared.data", matches = ".+")
final class TestPublishedSwinRefiner {
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

  @ParameterizedTest
  @ValueSource(strings = {"fp32", "bf16"})
  void everyBoxMoves(String precision) {
    Path weights =
        Path.of(System.getProperty("shared.data"), "refinebox", "rb_dab_detr_swin_t_in1k_12ep.pth");
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
      ImageInput input = new ImageInput("scene", TestPublishedSwinRefiner::scene);
      return ((LabelRow.Labeled) open.label(List.of(input).iterator()).next()).boxes();
    }
  }

  private static byte[] scene() throws IOException {
    try (InputStream in = BundledSamples.class.getResourceAsStream("images/scene-000003.jpg")) {
      return in.readAllBytes();
    }
  }
}
