package dev.boxmill.detr.groundingdino;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.DetrFamily;
import dev.boxmill.detr.architecture.Architecture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestGroundingDinoArchitecture {
  private static final String SWIN_T =
      "\"backbone_config\": {\"model_type\": \"swin\", \"out_indices\": [2, 3, 4]}";

  private static final String SWIN_B =
      "\"backbone_config\": {\"model_type\": \"swin\", \"embed_dim\": 128, \"depths\": [2, 2, 18,"
          + " 2], \"num_heads\": [4, 8, 16, 32], \"window_size\": 12, \"out_indices\": [2, 3, 4]}";

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "two_stage: false | Unsupported two_stage",
        "query_dim: 2 | Unsupported query_dim",
        "embedding_init_target: false | Unsupported embedding_init_target",
        "layer_norm_eps: 0.001 | Unsupported layer_norm_eps",
        "encoder_attention_heads: 1 | Invalid encoder_attention_heads: 1 (must be even: half of",
        "num_queries: 0 | Invalid num_queries: 0 (must be positive)",
        "activation_function: 'tanh' | Unknown activation_function 'tanh' (known: relu, gelu,",
        "new_setting: 3 | it sets new_setting=3, which may change what the network computes",
        "text_config: {'model_type': 'roberta'} | Unsupported text_config.model_type",
        "text_config: {'position_embedding_type': 'relative_key'} | position_embedding_type",
        "text_config: {'num_attention_heads': 5} | Invalid num_attention_heads: 5 (must divide",
      })
  void whatWouldComputeOtherwiseIsRefused(String setting, String message) {
    String json = setting.replaceFirst("^(\\w+):", "\"$1\":").replace('\'', '"');
    assertThatThrownBy(() -> parse("grounding-dino", SWIN_T + ", " + json))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aBoxHeadOfAllLayersIsNeededForTheEncoderToHaveIt() {
    assertThatThrownBy(
            () ->
                parse(
                    "grounding-dino",
                    SWIN_T
                        + ", \"two_stage_bbox_embed_share\": true,"
                        + " \"decoder_bbox_embed_share\": false"))
        .hasMessageContaining("Invalid two_stage_bbox_embed_share: true (must be false unless");
  }

  private Architecture parse(String type, String settings) {
    try {
      Path file =
          Files.writeString(
              directory.resolve("config.json"),
              "{\"model_type\": \"" + type + "\", \"use_timm_backbone\": false, " + settings + "}");
      return DetrFamily.parse(JsonConfig.read(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tensors and values that transformers' own model has at inference. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"T | 978 172249090", "B | 1182 232313216", "MM | 1015 172912157"})
  void thePublishedNetworksHaveTheirParameters(String network, String counts) {
    Architecture architecture =
        switch (network) {
          case "T" -> parse("grounding-dino", SWIN_T);
          case "B" -> parse("grounding-dino", SWIN_B);
          default ->
              parse(
                  "mm-grounding-dino",
                  SWIN_T
                      + ", \"decoder_bbox_embed_share\": false, \"decoder_cls_embed_share\":"
                      + " false");
        };
    List<ExpectedTensor> tensors = architecture.tensors();
    long values =
        tensors.stream()
            .mapToLong(tensor -> tensor.shape().stream().reduce(1L, Math::multiplyExact))
            .sum();
    assertThat(tensors.size() + " " + values).isEqualTo(counts);
  }
}
