package dev.boxmill.refiners.spi.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.refiners.spi.BoxRefiner;
import dev.boxmill.refiners.spi.FeatureMap;
import dev.boxmill.refiners.spi.FeatureMaps;
import dev.boxmill.refiners.spi.ImageBatch;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.RefinerOption;
import dev.boxmill.refiners.spi.RefinerOptions;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Program;
import dev.boxmill.torchscript.TorchModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract on a refiner that reads feature maps: it scales scores by a map's mean. */
final class TestFeatureRefiner implements BoxRefinerContract {
  private static final int CHANNELS = 3;
  private static final int CELLS = CHANNELS * 4 * 5;
  private static TorchModule module;

  @BeforeAll
  static void loadModule() {
    module =
        Program.of(TestFeatureRefiner.class, "no_network.py")
            .load(Device.cpu(), Precision.FP32, Map.of());
  }

  @AfterAll
  static void closeModule() {
    module.close();
  }

  @Override
  public RefinerFactory factory() {
    return new MeanFactory();
  }

  @Override
  public Map<String, String> options() {
    return Map.of("stride", "32");
  }

  @Override
  public FeatureMaps features(List<Integer> images) {
    return new FeatureMaps(
        new ImageSize(40, 32), List.of(map(32, 0, images), map(8, 1, images), map(32, 2, images)));
  }

  private static FeatureMap map(int stride, int level, List<Integer> images) {
    float[] values = new float[images.size() * CELLS];
    for (int i = 0; i < images.size(); i++) {
      Random random = new Random(10L * images.get(i) + level);
      for (int cell = 0; cell < CELLS; cell++) {
        values[i * CELLS + cell] = random.nextFloat();
      }
    }
    return new FeatureMap(stride, module.tensor(values, images.size(), CHANNELS, 4, 5));
  }

  @Test
  void levelsAreFinestFirst() {
    assertThat(features(List.of(1)).levels())
        .extracting(FeatureMap::stride)
        .containsExactly(8, 32, 32);
  }

  @Test
  void ofTwoLevelsOfOneStrideTheDeeperIsGiven() {
    FeatureMaps features = features(List.of(1));
    assertThat(features.ofStride(32)).isSameAs(features.levels().get(2));
  }

  @Test
  void unknownStrideListsTheKnown() {
    assertThatThrownBy(() -> features(List.of(1)).ofStride(16))
        .hasMessage("Unknown stride '16' (known: 8, 32, 32)");
    assertThatThrownBy(() -> FeatureMaps.none().ofStride(4))
        .hasMessage("Unknown stride '4' (known: none)");
  }

  private record MeanFactory() implements RefinerFactory {
    @Override
    public String name() {
      return "mean";
    }

    @Override
    public List<RefinerOption> options() {
      return List.of(RefinerOption.integer("stride", 8, 4, 64, "of the feature map to read"));
    }

    @Override
    public BoxRefiner create(RefinerOptions options, RefinerContext context) {
      return new MeanRefiner((int) options.integer("stride"));
    }
  }

  private record MeanRefiner(int stride) implements BoxRefiner {
    @Override
    public List<List<Detection>> refine(ImageBatch batch) {
      float[] values = batch.features().ofStride(stride).values().floats();
      int cells = values.length / batch.count();
      List<List<Detection>> refined = new ArrayList<>();
      for (int image = 0; image < batch.count(); image++) {
        float mean = mean(Arrays.copyOfRange(values, image * cells, (image + 1) * cells));
        refined.add(
            batch.detections().get(image).stream()
                .map(found -> found.withScore(found.score() * mean))
                .toList());
      }
      return refined;
    }

    private static float mean(float[] values) {
      double sum = 0;
      for (float value : values) {
        sum += value;
      }
      return (float) (sum / values.length);
    }

    @Override
    public void close() {}
  }
}
