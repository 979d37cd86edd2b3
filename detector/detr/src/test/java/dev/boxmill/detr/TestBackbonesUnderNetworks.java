package dev.boxmill.detr;

import static dev.boxmill.checkpoint.TestingTensors.relativeDrift;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every network runs on every backbone: those of its own references and the others. */
final class TestBackbonesUnderNetworks {
  private static final int QUERIES = 9;
  private static final int CLASSES = 3;
  private static final int HEIGHT = 96;
  private static final int WIDTH = 128;

  /** Relative root mean square: random weights let values of some backbones grow to hundreds. */
  private static final double ROUNDING = 1e-4;

  private static final String STAGES = "'out_features': ['stage2', 'stage3', 'stage4']";

  private static final Map<String, String> BACKBONES =
      Map.of(
          "resnet",
          "'model_type': 'resnet', 'embedding_size': 8, 'hidden_sizes': [8, 16, 24, 32],"
              + "'depths': [1, 2, 1, 1], 'layer_type': 'basic', "
              + STAGES,
          "timm",
          "'model_type': 'timm_backbone', 'backbone': 'resnet18', 'out_indices': [2, 3, 4]",
          "swin",
          "'model_type': 'swin', 'embed_dim': 8, 'depths': [1, 2, 1, 1], 'num_heads': [1, 2, 2, 4],"
              + "'window_size': 4, "
              + STAGES,
          "resnet-vd",
          "'model_type': 'rt_detr_resnet', 'embedding_size': 8, 'hidden_sizes': [8, 16, 24, 32],"
              + "'depths': [1, 2, 1, 1], 'layer_type': 'basic', "
              + STAGES,
          "hgnet",
          "'model_type': 'hgnet_v2', 'stem_channels': [3, 8, 8], 'stage_num_blocks': [1, 1, 2, 1],"
              + "'stage_in_channels': [8, 8, 16, 24], 'stage_mid_channels': [8, 8, 8, 8],"
              + "'stage_out_channels': [8, 16, 24, 32], 'stage_numb_of_layers': [2, 2, 2, 2],"
              + STAGES);

  private static final Map<String, String> NETWORKS =
      Map.of(
          "rt_detr",
          "'encoder_hidden_dim': 32, 'encoder_ffn_dim': 48, 'encoder_attention_heads': 4,"
              + "'d_model': 32, 'decoder_attention_heads': 4, 'decoder_ffn_dim': 48,"
              + "'decoder_layers': 2",
          "d_fine",
          "'encoder_hidden_dim': 32, 'encoder_ffn_dim': 48, 'encoder_attention_heads': 4,"
              + "'encoder_in_channels': [16, 24, 32], 'decoder_in_channels': [32, 32, 32],"
              + "'d_model': 32, 'decoder_attention_heads': 4, 'decoder_ffn_dim': 48,"
              + "'decoder_layers': 2",
          "detr",
          "'d_model': 32, 'encoder_layers': 1, 'decoder_layers': 2, 'encoder_ffn_dim': 48,"
              + "'decoder_ffn_dim': 48",
          "conditional_detr",
          "'d_model': 32, 'encoder_layers': 1, 'decoder_layers': 2, 'encoder_ffn_dim': 48,"
              + "'decoder_ffn_dim': 48",
          "dab-detr",
          "'hidden_size': 32, 'encoder_layers': 1, 'decoder_layers': 2, 'encoder_ffn_dim': 48,"
              + "'decoder_ffn_dim': 48",
          "deformable_detr",
          "'d_model': 32, 'encoder_layers': 1, 'decoder_layers': 2, 'encoder_ffn_dim': 48,"
              + "'decoder_ffn_dim': 48");

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "rt_detr, resnet",
    "rt_detr, timm",
    "rt_detr, swin",
    "rt_detr, resnet-vd",
    "detr, resnet-vd",
    "conditional_detr, resnet-vd",
    "dab-detr, resnet-vd",
    "deformable_detr, resnet-vd",
    "deformable_detr, swin",
    "d_fine, hgnet",
    "d_fine, resnet-vd",
    "rt_detr, hgnet",
    "detr, hgnet",
    "deformable_detr, hgnet",
  })
  void aNetworkRunsOnThatBackbone(String network, String backbone) throws IOException {
    Architecture architecture = architecture(network, backbone);
    float[] both = pixels();
    Map<String, float[]> found = run(architecture, both, Convolutions.ATEN);

    List<Integer> channels = architecture.featureChannels();
    for (int level = 0; level < 4; level++) {
      int stride = architecture.featureStrides().get(level);
      int cells = HEIGHT / stride * (WIDTH / stride);
      assertFinite(found, "c" + (level + 2), 2 * cells * channels.get(level));
    }
    int classes = network.equals("detr") ? CLASSES + 1 : CLASSES;
    assertFinite(found, "logits", 2 * QUERIES * classes);
    assertFinite(found, "boxes", 2 * QUERIES * 4);

    float[] second = Arrays.copyOfRange(both, both.length / 2, both.length);
    Map<String, float[]> alone = run(architecture, second, Convolutions.ATEN);
    Map<String, float[]> fused = run(architecture, both, Convolutions.ONEDNN);
    for (String result : List.of("c2", "c5", "logits", "boxes")) {
      float[] half = TestingNetwork.secondHalf(found.get(result));
      assertThat(relativeDrift(alone.get(result), half))
          .as("%s alone", result)
          .isLessThan(ROUNDING);
      assertThat(relativeDrift(fused.get(result), found.get(result)))
          .as("%s fused", result)
          .isLessThan(ROUNDING);
    }
  }

  private static void assertFinite(Map<String, float[]> found, String name, int size) {
    float[] values = found.get(name);
    assertThat(values).as(name).hasSize(size);
    for (float value : values) {
      assertThat(value).as(name).isFinite();
    }
  }

  private Architecture architecture(String network, String backbone) throws IOException {
    Path file = directory.resolve("config.json");
    String text =
        "{'model_type': '%s', %s, 'num_queries': %d, 'use_timm_backbone': false,"
                .formatted(network, NETWORKS.get(network), QUERIES)
            + "'id2label': {'0': 'cup', '1': 'spoon', '2': 'fork'},"
            + "'backbone_config': {%s}}".formatted(BACKBONES.get(backbone));
    Files.writeString(file, text.replace('\'', '"'));
    return DetrFamily.parse(JsonConfig.read(file));
  }

  private static float[] pixels() {
    Random random = new Random(11);
    float[] pixels = new float[2 * 3 * HEIGHT * WIDTH];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return pixels;
  }

  private static Map<String, float[]> run(
      Architecture architecture, float[] pixels, Convolutions convolutions) {
    Map<String, Weight> weights = TestingWeights.random(architecture.tensors(), 7);
    long images = pixels.length / (3L * HEIGHT * WIDTH);
    return TestingNetwork.run(
        architecture.program().with(convolutions),
        weights,
        "forward",
        Precision.FP32,
        module -> module.tensor(pixels, images, 3, HEIGHT, WIDTH));
  }
}
