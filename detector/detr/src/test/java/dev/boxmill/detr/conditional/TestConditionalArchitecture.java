package dev.boxmill.detr.conditional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.DetrFamily;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.detr.transformer.TransformerLayers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestConditionalArchitecture {
  @TempDir private Path directory;

  @Test
  void anEmptyConfigurationIsTheLibrarysDefault() {
    ConditionalArchitecture detr = parse("");
    assertThat(detr.featureChannels()).containsExactly(256, 512, 1024, 2048);
    assertThat(detr.featureStrides()).containsExactly(4, 8, 16, 32);
    assertThat(detr.transformer().decoder()).isEqualTo(new TransformerLayers(6, 8, 2048));
    assertThat(detr.queries()).isEqualTo(300);
    assertThat(detr.postProcessing()).isEqualTo(PostProcessing.sigmoidTopK(100));
  }

  @Test
  void dilationKeepsTheLastMapAtStride16() {
    assertThat(parse("'dilation': true").featureStrides()).containsExactly(4, 8, 16, 16);
  }

  @Test
  void trainingSettingsDoNotMatter() {
    assertThat(parse("'dropout': 0.5, 'focal_alpha': 0.3, 'cls_loss_coefficient': 1"))
        .isEqualTo(parse(""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'query_dim': 4 | it sets query_dim=4, which may change what the network computes",
        "'scale_embedding': true | Unsupported scale_embedding in %s: true",
        "'architectures': ['ConditionalDetrForSegmentation'] | only boxes are computed",
        "'backbone': 'resnext50_32x4d' | Unknown backbone 'resnext50_32x4d' (known: resnet18, ",
        "'activation_function': 'prelu' | Unknown activation_function 'prelu' (known: relu, gelu,",
        "'position_embedding_type': 'v3' | Unknown position_embedding_type 'v3' (known: sine, lea",
        "'d_model': 100 | Invalid d_model: 100 (must be a multiple of 4 and of both numbers of",
        "'num_queries': 0 | Invalid num_queries: 0 (must be positive)",
        "'encoder_ffn_dim': -1 | Invalid ffn_dim: -1 (must be positive)",
      })
  void whatWouldChangeTheResultIsRefusedByName(String settings, String message) {
    assertThatThrownBy(() -> parse(settings))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message.replace("%s", file().toString()))
        .hasMessageContaining(file().toString());
  }

  private ConditionalArchitecture parse(String settings) {
    try {
      String keys = settings.isEmpty() ? "" : ", " + settings.replace('\'', '"');
      Files.writeString(file(), "{\"model_type\": \"conditional_detr\"" + keys + "}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return (ConditionalArchitecture) DetrFamily.parse(JsonConfig.read(file()));
  }

  private Path file() {
    return directory.resolve("config.json");
  }
}
