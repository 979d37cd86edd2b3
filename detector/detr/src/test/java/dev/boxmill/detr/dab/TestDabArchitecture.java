package dev.boxmill.detr.dab;

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

final class TestDabArchitecture {
  @TempDir private Path directory;

  @Test
  void anEmptyConfigurationIsTheLibrarysDefault() {
    DabArchitecture dab = parse("");
    assertThat(dab.featureChannels()).containsExactly(256, 512, 1024, 2048);
    assertThat(dab.featureStrides()).containsExactly(4, 8, 16, 32);
    assertThat(dab.transformer().decoder()).isEqualTo(new TransformerLayers(6, 8, 2048));
    assertThat(dab.transformer().activation()).isEqualTo("prelu");
    assertThat(dab.anchors()).isEqualTo(300);
    assertThat(dab.content()).isEqualTo(QueryContent.ZERO);
    assertThat(dab.variant().sines()).isEqualTo(DabArchitecture.Sines.PUBLISHED);
    assertThat(dab.postProcessing()).isEqualTo(PostProcessing.sigmoidTopK(100));
  }

  @Test
  void dilationIsAFlagOrAnArgumentOfTheBackbone() {
    assertThat(parse("'dilation': true").featureStrides()).containsExactly(4, 8, 16, 16);
    assertThat(parse("'dilation': true, 'backbone_kwargs': {'output_stride': 16}").featureStrides())
        .containsExactly(4, 8, 16, 16);
  }

  @Test
  void trainingSettingsDoNotMatter() {
    assertThat(parse("'dropout': 0.5, 'random_refpoints_xy': true, 'auxiliary_loss': true"))
        .isEqualTo(parse(""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'d_model': 64 | it sets d_model=64, which may change what the network computes",
        "'query_dim': 2 | Unsupported query_dim in %s: 2: queries are boxes of x, y, width and",
        "'num_patterns': -1 | Invalid num_patterns: -1 (must fit the content PATTERNS)",
        "'dilation': true, 'backbone_kwargs': {'in_chans': 3} | Invalid dilation: true (must be",
        "'activation_function': 'mish' | Unknown activation_function 'mish' (known: prelu, relu,",
        "'hidden_size': 100 | Invalid hidden_size: 100 (must be a multiple of 4 and of both",
        "'num_queries': 0 | Invalid num_queries: 0 (must be positive)",
      })
  void whatWouldChangeTheResultIsRefusedByName(String settings, String message) {
    assertThatThrownBy(() -> parse(settings))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message.replace("%s", file().toString()))
        .hasMessageContaining(file().toString());
  }

  private DabArchitecture parse(String settings) {
    try {
      String keys = settings.isEmpty() ? "" : ", " + settings.replace('\'', '"');
      Files.writeString(file(), "{\"model_type\": \"dab-detr\"" + keys + "}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return (DabArchitecture) DetrFamily.parse(JsonConfig.read(file()));
  }

  private Path file() {
    return directory.resolve("config.json");
  }
}
