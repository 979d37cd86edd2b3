package dev.boxmill.refiners.refinebox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.refiners.spi.BoxRefiner;
import dev.boxmill.refiners.spi.FeatureMap;
import dev.boxmill.refiners.spi.FeatureMaps;
import dev.boxmill.refiners.spi.ImageBatch;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.RefinerOptions;
import dev.boxmill.refiners.spi.testing.BoxRefinerContract;
import dev.boxmill.refiners.spi.testing.RandomBatches;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.TorchModule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the real network with made-up weights, and which boxes it moves. */
final class TestRefineBoxRefiner implements BoxRefinerContract {
  private static final List<Integer> CHANNELS = List.of(6, 8, 10, 12);
  private static final ImageSize INPUT = new ImageSize(90, 70);
  private static final int QUERIES = 8;

  @TempDir static Path directory;
  private static TorchModule module;

  @BeforeAll
  static void load() {
    TestingWeights.write(directory.resolve(RefineBoxFactory.WEIGHTS), CHANNELS);
    module =
        RefineBoxNetwork.program(1, 1)
            .load(Device.cpu(), Precision.FP32, HashedValues.weights(CHANNELS));
  }

  @AfterAll
  static void close() {
    module.close();
  }

  @Override
  public RefinerFactory factory() {
    return new RefineBoxFactory();
  }

  /** Fewer than usual, for there are many images. */
  @Override
  public Map<String, String> options() {
    return Map.of("steps", "1");
  }

  @Override
  public RefinerContext context() {
    Map<Integer, String> labels = Map.of(0, "cat", 1, "dog", 2, "bird");
    return new RefinerContext(
        labels, Device.cpu(), Precision.FP32, CHANNELS, Optional.of(directory));
  }

  @Override
  public FeatureMaps features(List<Integer> images) {
    List<FeatureMap> levels = new ArrayList<>();
    for (int level = 0; level < CHANNELS.size(); level++) {
      int stride = TestingCase.STRIDES.get(level);
      int height = -Math.floorDiv(-INPUT.height(), stride);
      int width = -Math.floorDiv(-INPUT.width(), stride);
      int cells = CHANNELS.get(level) * height * width;
      float[] values = new float[images.size() * cells];
      for (int i = 0; i < images.size(); i++) {
        String name = "image" + images.get(i) + "." + level;
        System.arraycopy(HashedValues.of(name, cells, 1), 0, values, i * cells, cells);
      }
      levels.add(
          new FeatureMap(
              stride, module.tensor(values, images.size(), CHANNELS.get(level), height, width)));
    }
    return new FeatureMaps(INPUT, levels);
  }

  /** Convolutions over two images may add in another order than over one. */
  @Override
  public float tolerance() {
    return 1e-5f;
  }

  @Test
  void movesTheSurestQueriesOnlyAndAllTheirDetectionsAlike() {
    ImageBatch batch = twoDetectionsOfEachQuery();
    List<Detection> refined = refine(batch, Map.of("top-k", "3"));
    Map<Boolean, List<Detection>> byMoved =
        refined.stream().collect(Collectors.partitioningBy(d -> !d.box().equals(d.detectorBox())));
    assertThat(byMoved.get(true)).extracting(Detection::query).containsExactly(0, 1, 2, 0, 1, 2);
    assertThat(refined.get(0).box()).isEqualTo(refined.get(QUERIES).box());
    assertThat(refined).extracting(Detection::score).isEqualTo(scores(batch));
  }

  @Test
  void everyStepMovesTheBoxesOn() {
    ImageBatch batch = twoDetectionsOfEachQuery();
    List<Detection> once = refine(batch, Map.of("steps", "1"));
    List<Detection> twice = refine(batch, Map.of("steps", "2"));
    assertThat(refine(batch, Map.of("steps", "0"))).isEqualTo(batch.detections().get(0));
    assertThat(once).doesNotContainAnyElementsOf(batch.detections().get(0));
    assertThat(twice).doesNotContainAnyElementsOf(once);
    ImageBatch moved = batch.withDetections(List.of(once));
    assertThat(refine(moved, Map.of("steps", "1"))).isEqualTo(twice);
  }

  @Test
  void boxesFarOutsideDoNoHarm() {
    Detection far = Detection.of(0, 1, 0.9f, new Box(1e37f, -1e37f, 1e37f, 1e30f));
    Detection near = Detection.of(1, 1, 0.8f, new Box(0.5f, 0.5f, 0.2f, 0.2f));
    ImageBatch both =
        new ImageBatch(List.of(INPUT), List.of(List.of(far, near)), features(List.of(1)));
    ImageBatch alone = both.withDetections(List.of(List.of(near)));
    List<Detection> refined = refine(both, Map.of());
    assertThat(refined.get(1)).isEqualTo(refine(alone, Map.of()).get(0));
    assertThat(refined.get(0).box().width()).isBetween(0f, 1f);
  }

  /** D-FINE's edges may lie the wrong way round. */
  @Test
  void boxesTurnedInsideOutDoNoHarm() {
    Detection turned = Detection.of(0, 1, 0.9f, new Box(0.5f, 0.5f, -0.1f, 0.2f));
    Detection near = Detection.of(1, 1, 0.8f, new Box(0.5f, 0.5f, 0.2f, 0.2f));
    ImageBatch both =
        new ImageBatch(List.of(INPUT), List.of(List.of(turned, near)), features(List.of(1)));
    ImageBatch alone = both.withDetections(List.of(List.of(near)));
    List<Detection> refined = refine(both, Map.of());
    assertThat(refined).hasSize(2);
    assertThat(refined.get(1)).isEqualTo(refine(alone, Map.of()).get(0));
  }

  /** Queries by descending score, each once with label 1, then each once with label 2. */
  private ImageBatch twoDetectionsOfEachQuery() {
    List<Detection> detections =
        IntStream.range(0, 2 * QUERIES)
            .mapToObj(
                i -> {
                  int query = i % QUERIES;
                  Box box = new Box(0.1f + 0.1f * query, 0.5f, 0.2f, 0.3f);
                  return Detection.of(query, 1 + i / QUERIES, 0.9f - 0.03f * i, box);
                })
            .toList();
    return new ImageBatch(
        List.of(RandomBatches.size(1)), List.of(detections), features(List.of(1)));
  }

  private List<Detection> refine(ImageBatch batch, Map<String, String> options) {
    try (BoxRefiner refiner = factory().create(RefinerOptions.of(factory(), options), context())) {
      return refiner.refine(batch).get(0);
    }
  }

  private static List<Float> scores(ImageBatch batch) {
    return batch.detections().get(0).stream().map(Detection::score).toList();
  }
}
