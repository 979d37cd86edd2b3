package dev.boxmill.detr.deformable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.DetrFamily;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.postprocess.PostProcessing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestDeformableDetrArchitecture {

  @TempDir private Path directory;

  /** Tensors and values that transformers' own models have, tied ones once. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'two_stage': false | 545 | 40175905",
        "'with_box_refine': true | 585 | 40955900",
        "'with_box_refine': true, 'two_stage': true | 598 | 41287769",
        "'num_feature_levels': 1 | 533 | 34172833",
        "'num_feature_levels': 1, 'dilation': true | 533 | 34172833",
      })
  void thePublishedNetworksHaveTheirParameters(String settings, int tensors, long values) {
    Architecture detr = parse("'num_labels': 91, " + settings);
    assertThat(detr.tensors()).hasSize(tensors);
    assertThat(detr.tensors().stream().mapToLong(TestDeformableDetrArchitecture::size).sum())
        .isEqualTo(values);
    assertThat(detr.tensors()).extracting(ExpectedTensor::programName).doesNotHaveDuplicates();
    assertThat(detr.postProcessing()).isEqualTo(PostProcessing.sigmoidTopK(100));
    assertThat(detr.featureChannels()).containsExactly(256, 512, 1024, 2048);
  }

  @Test
  void aDilatedStageKeepsItsResolution() {
    assertThat(parse("'num_feature_levels': 1, 'dilation': true").featureStrides())
        .containsExactly(4, 8, 16, 16);
  }

  @Test
  void tiedHeadsMayHaveAnyOfTheirNames() {
    assertThat(parse("'decoder_layers': 2").tensors())
        .extracting(ExpectedTensor::checkpointNames)
        .contains(List.of("class_embed.0.bias", "class_embed.1.bias"));
    assertThat(parse("'with_box_refine': true").tensors())
        .extracting(ExpectedTensor::checkpointNames)
        .contains(
            List.of("bbox_embed.3.layers.2.weight", "model.decoder.bbox_embed.3.layers.2.weight"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'two_stage': true | Invalid with_box_refine: false (must be true with two_stage)",
        "'num_feature_levels': 2 | Invalid num_feature_levels: 2 (must be 3 at least, one for each",
        "'d_model': 48 | Invalid d_model: 48 (must be a multiple of 32 and of both numbers of heads)",
        "'encoder_n_points': 0 | Invalid n_points: 0 (must be positive)",
        "'activation_function': 'mish' | Unknown activation_function 'mish' (known: relu, gelu,",
        "'position_embedding_type': 'x' | Unknown position_embedding_type 'x' (known: sine, learned)",
        "'backbone_kwargs': {'out_indices': [2, 4]} | Invalid out_indices of the backbone: [2, 4]",
        "'num_querys': 64 | it sets num_querys=64, which may change what the network computes",
        "'architectures': ['DeformableDetrModel'] | Unsupported architectures in",
      })
  void refusesWhatItWouldComputeDifferently(String settings, String message) {
    assertThatThrownBy(() -> parse(settings))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  private static long size(ExpectedTensor tensor) {
    return tensor.shape().stream().reduce(1L, (a, b) -> a * b);
  }

  private Architecture parse(String settings) {
    Path file = directory.resolve("config.json");
    try {
      Files.writeString(
          file, ("{'model_type': 'deformable_detr', " + settings + "}").replace('\'', '"'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return DetrFamily.parse(JsonConfig.read(file));
  }
}
