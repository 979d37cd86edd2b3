package dev.boxmill.refiners.spi.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.boxmill.refiners.spi.BoxRefiner;
import dev.boxmill.refiners.spi.FeatureMaps;
import dev.boxmill.refiners.spi.ImageBatch;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.RefinerOption;
import dev.boxmill.refiners.spi.RefinerOptions;
import dev.boxmill.refiners.spi.RefinerSpec;
import dev.boxmill.refiners.spi.Refiners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What every refiner must keep to, as tests. Implement {@link #factory} in a test class and run it:
 *
 * <pre>{@code
 * final class TestMyRefiner implements BoxRefinerContract {
 *   public RefinerFactory factory() {
 *     return new MyRefinerFactory();
 *   }
 * }
 * }</pre>
 *
 * <p>The images are {@link RandomBatches}. A refiner that reads feature maps overrides {@link
 * #features} and {@link #context}; one that needs an option overrides {@link #options}.
 */
public interface BoxRefinerContract {

  /** Images that each test refines. */
  int IMAGES = 60;

  /** The factory under test. */
  RefinerFactory factory();

  /** What to set other than the defaults, as a user would. */
  default Map<String, String> options() {
    return Map.of();
  }

  /** The detector to refine for: here five classes, the CPU, float32, no feature maps. */
  default RefinerContext context() {
    Map<Integer, String> labels = Map.of(0, "cat", 1, "dog", 2, "bird", 3, "car", 7, "tree");
    return new RefinerContext(labels, Device.cpu(), Precision.FP32, List.of(), Optional.empty());
  }

  /**
   * Feature maps of the images of these numbers, in that order. The same number must give the same
   * values whatever batch it is in. Not closed by the tests.
   */
  default FeatureMaps features(List<Integer> images) {
    return FeatureMaps.none();
  }

  /**
   * How far two results of the same image may lie apart in different batches: 0 unless a network's
   * sums depend on the size of the batch.
   */
  default float tolerance() {
    return 0;
  }

  @Test
  default void isFoundByItsNameAndDefaults() {
    Refiners refiners = Refiners.of(() -> List.of(factory()));
    List<RefinerSpec> specs = refiners.parse(List.of(factory().name()));
    Map<String, String> defaults =
        factory().options().stream()
            .filter(option -> option.isNamed(option.defaultValue()))
            .collect(
                Collectors.toMap(RefinerOption::name, option -> option.defaultValue().toString()));
    assertEquals(List.of(new RefinerSpec(factory().name(), defaults)), specs);
  }

  @Test
  default void explainsItsOptions() {
    for (RefinerOption option : factory().options()) {
      assertTrue(!option.description().isBlank(), () -> "No description of option " + option);
    }
  }

  @Test
  default void emptyDetectionsGiveEmpty() {
    try (BoxRefiner refiner = refiner()) {
      ImageBatch batch = batch(List.of(1, 2)).withDetections(List.of(List.of(), List.of()));
      assertEquals(List.of(List.of(), List.of()), refiner.refine(batch));
    }
  }

  /** The rules of {@link BoxRefiner#refine}, as the host checks them in every run. */
  @Test
  default void hostAcceptsTheResults() {
    try (BoxRefiner refiner = refiner()) {
      for (int image = 0; image < IMAGES; image++) {
        ImageBatch batch = batch(List.of(image));
        assertDoesNotThrow(() -> refiner.refine(batch), "Made-up image " + image);
      }
    }
  }

  /** {@link RefinerFactory#usesFeatures}, for one that says no. */
  @Test
  default void withoutFeatureMapsTheResultIsTheSame() {
    SameDetections same = new SameDetections("with feature maps", "without", 0);
    try (BoxRefiner refiner = refiner()) {
      for (int image = 0; image < IMAGES && !factory().usesFeatures(); image++) {
        ImageBatch bare = RandomBatches.of(List.of(image), labelIds(), FeatureMaps.none());
        same.check(image, refined(refiner, image), refiner.refine(bare).get(0));
      }
    }
  }

  /** {@link RefinerFactory#onlyMoves}, for one that says so. */
  @Test
  default void onlyBoxesChangeIfItSaysSo() {
    try (BoxRefiner refiner = refiner()) {
      for (int image = 0; image < IMAGES && factory().onlyMoves(); image++) {
        ImageBatch batch = batch(List.of(image));
        assertEquals(
            unmoved(batch.detections().get(0)),
            unmoved(refiner.refine(batch).get(0)),
            "All but the boxes of made-up image " + image);
      }
    }
  }

  private static List<Detection> unmoved(List<Detection> detections) {
    return detections.stream()
        .map(detection -> detection.withBox(detection.detectorBox()))
        .sorted(Comparator.comparing(Detection::toString))
        .toList();
  }

  @Test
  default void batchOfTwoEqualsOneAndOne() {
    SameDetections same = new SameDetections("alone", "in a batch of two", tolerance());
    try (BoxRefiner refiner = refiner()) {
      for (int image = 0; image < IMAGES; image += 2) {
        List<List<Detection>> together = refiner.refine(batch(List.of(image, image + 1)));
        same.check(image, refined(refiner, image), together.get(0));
        same.check(image + 1, refined(refiner, image + 1), together.get(1));
      }
    }
  }

  @Test
  default void orderOfImagesDoesNotMatter() {
    SameDetections same = new SameDetections("as the first", "as the second", tolerance());
    try (BoxRefiner refiner = refiner()) {
      for (int image = 0; image < IMAGES; image += 2) {
        List<List<Detection>> forth = refiner.refine(batch(List.of(image, image + 1)));
        List<List<Detection>> back = refiner.refine(batch(List.of(image + 1, image)));
        same.check(image, forth.get(0), back.get(1));
        same.check(image + 1, back.get(0), forth.get(1));
      }
    }
  }

  @Test
  default void anotherInstanceGivesTheSame() {
    SameDetections same = new SameDetections("at once", "after other images", 0);
    try (BoxRefiner refiner = refiner();
        BoxRefiner other = refiner()) {
      for (int image = 0; image < IMAGES; image++) {
        refined(other, IMAGES + image);
        same.check(image, refined(refiner, image), refined(other, image));
      }
    }
  }

  @Test
  default void anotherThreadMayCallIt() {
    SameDetections same = new SameDetections("on the maker's thread", "on another", 0);
    try (BoxRefiner refiner = refiner()) {
      for (int image = 0; image < IMAGES; image++) {
        int number = image;
        List<Detection> elsewhere =
            CompletableFuture.supplyAsync(() -> refined(refiner, number)).join();
        same.check(image, refined(refiner, image), elsewhere);
      }
    }
  }

  @Test
  default void featureMapsStayOpenAndUnchanged() {
    FeatureMaps features = features(List.of(0, 1));
    List<float[]> before = values(features);
    try (BoxRefiner refiner = refiner()) {
      refiner.refine(RandomBatches.of(List.of(0, 1), labelIds(), features));
    }
    List<float[]> after = values(features);
    for (int level = 0; level < before.size(); level++) {
      assertArrayEquals(before.get(level), after.get(level), "Feature map " + level);
    }
  }

  @Test
  default void closingTwiceIsHarmless() {
    BoxRefiner refiner = factory().create(RefinerOptions.of(factory(), options()), context());
    refiner.close();
    assertDoesNotThrow(refiner::close);
  }

  private BoxRefiner refiner() {
    return Refiners.of(() -> List.of(factory())).open(List.of(spec()), context());
  }

  private RefinerSpec spec() {
    return new RefinerSpec(factory().name(), options());
  }

  private ImageBatch batch(List<Integer> images) {
    return RandomBatches.of(images, labelIds(), features(images));
  }

  private List<Detection> refined(BoxRefiner refiner, int image) {
    return refiner.refine(batch(List.of(image))).get(0);
  }

  private List<Integer> labelIds() {
    return context().classNames().keySet().stream().sorted().toList();
  }

  private static List<float[]> values(FeatureMaps features) {
    return features.levels().stream().map(level -> level.values().floats()).toList();
  }
}
