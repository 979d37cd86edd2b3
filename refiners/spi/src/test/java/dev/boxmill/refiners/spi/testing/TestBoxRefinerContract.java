package dev.boxmill.refiners.spi.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.refiners.spi.BoxRefiner;
import dev.boxmill.refiners.spi.FeatureMaps;
import dev.boxmill.refiners.spi.ImageBatch;
import dev.boxmill.refiners.spi.ImageRefiner;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.RefinerOption;
import dev.boxmill.refiners.spi.RefinerOptions;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each part of the contract catches a refiner that breaks it. */
final class TestBoxRefinerContract {

  @Test
  void catchesResultThatDependsOnTheBatch() {
    Supplier<BoxRefiner> counting =
        () -> each(batch -> image -> batch.count() == 1 ? image : image.subList(0, 0));
    fails(
        counting,
        BoxRefinerContract::batchOfTwoEqualsOneAndOne,
        "Number of detections of made-up image 0, alone and in a batch of two");
  }

  @Test
  void catchesResultThatDependsOnThePlaceInTheBatch() {
    Supplier<BoxRefiner> firstOnly =
        () -> each(batch -> image -> image == batch.detections().get(0) ? List.of() : image);
    fails(
        firstOnly,
        BoxRefinerContract::orderOfImagesDoesNotMatter,
        "Number of detections of made-up image 0, as the first and as the second");
  }

  @Test
  void catchesMemoryOfEarlierImages() {
    Supplier<BoxRefiner> remembering =
        () -> {
          AtomicInteger calls = new AtomicInteger();
          return image(found -> found.withScore(1f / calls.incrementAndGet()));
        };
    fails(
        remembering,
        BoxRefinerContract::anotherInstanceGivesTheSame,
        "Detection 0 of made-up image 0 is");
  }

  @Test
  void catchesRefinerBoundToItsThread() {
    Supplier<BoxRefiner> bound =
        () -> {
          Thread maker = Thread.currentThread();
          return image(found -> found.withScore(Thread.currentThread() == maker ? 1 : 0));
        };
    fails(bound, BoxRefinerContract::anotherThreadMayCallIt, "on the maker's thread but Detection");
  }

  @Test
  void catchesInventedDetection() {
    ImageRefiner inventing =
        (size, found) -> List.of(Detection.of(99, 0, 1, new Box(0.5f, 0.5f, 1, 1)));
    fails(
        () -> inventing,
        BoxRefinerContract::emptyDetectionsGiveEmpty,
        "too many detections of query 99");
    fails(
        () -> inventing,
        BoxRefinerContract::hostAcceptsTheResults,
        "too many detections of query 99");
  }

  @Test
  void catchesChangedDetectorBox() {
    Supplier<BoxRefiner> forgetful =
        () -> image(found -> Detection.of(found.query(), 0, 1, new Box(0, 0, 0, 0)));
    fails(
        forgetful,
        BoxRefinerContract::hostAcceptsTheResults,
        "must not add any, nor change query or detectorBox");
  }

  @Test
  void catchesChangeOfTheListGiven() {
    ImageRefiner sorting =
        (size, found) -> {
          found.sort((a, b) -> Float.compare(a.score(), b.score()));
          return found;
        };
    fails(
        () -> sorting, BoxRefinerContract::hostAcceptsTheResults, "UnsupportedOperationException");
  }

  @Test
  void catchesRefinerThatCannotCloseTwice() {
    fails(
        FailingSecondClose::new,
        BoxRefinerContract::closingTwiceIsHarmless,
        "Cannot close: closed already");
  }

  @Test
  void catchesOneThatOnlyMovesAndYetChangesMore() {
    for (ImageRefiner changing :
        List.of(
            image(found -> found.withScore(found.score() / 2)),
            (ImageRefiner) (size, found) -> found.subList(0, found.size() / 2))) {
      BoxRefinerContract contract = () -> new Claiming(changing);
      assertThatThrownBy(contract::onlyBoxesChangeIfItSaysSo)
          .hasMessageContaining("All but the boxes of made-up image");
    }
    BoxRefinerContract moving =
        () -> new Claiming(image(found -> found.withBox(new Box(0.5f, 0.5f, 0, 0))));
    moving.onlyBoxesChangeIfItSaysSo();
  }

  @Test
  void catchesOneThatLooksAtFeatureMapsAfterAll() {
    BoxRefiner looking =
        each(
            batch ->
                image -> batch.features().equals(FeatureMaps.none()) ? image : image.subList(0, 0));
    BoxRefinerContract contract =
        new BoxRefinerContract() {
          @Override
          public RefinerFactory factory() {
            return new Claiming(looking);
          }

          @Override
          public FeatureMaps features(List<Integer> images) {
            return new FeatureMaps(new ImageSize(32, 32), List.of());
          }
        };
    assertThatThrownBy(contract::withoutFeatureMapsTheResultIsTheSame)
        .hasMessageContaining("with feature maps and without");
  }

  @Test
  void catchesUnexplainedOption() {
    RefinerFactory silent =
        new Given(List.of(RefinerOption.flag("all", true, " ")), () -> image(found -> found));
    BoxRefinerContract contract = () -> silent;
    assertThatThrownBy(contract::explainsItsOptions)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("No description of option all (flag, true or false, default true)");
  }

  @Test
  void toleranceAllowsThatMuchAndNoMore() {
    Detection one = Detection.of(0, 1, 0.5f, new Box(0.5f, 0.5f, 0.5f, 0.5f));
    Detection other = one.withBox(new Box(0.5f, 0.5f, 0.5f, 0.51f));
    new SameDetections("here", "there", 0.02f).check(3, List.of(one), List.of(other));
    assertThatThrownBy(
            () -> new SameDetections("here", "there", 0).check(3, List.of(one), List.of(other)))
        .hasMessageStartingWith("Detection 0 of made-up image 3 is Detection[query=0");
  }

  @Test
  void imagesAreOfAllSorts() {
    List<Detection> all =
        IntStream.range(0, BoxRefinerContract.IMAGES)
            .mapToObj(image -> RandomBatches.detections(image, List.of(1, 2)))
            .flatMap(List::stream)
            .toList();
    assertThat(all).anyMatch(found -> found.score() == 0).anyMatch(found -> found.score() == 1);
    assertThat(all).anyMatch(found -> found.box().width() == 0);
    assertThat(all).anyMatch(found -> found.box().cx() < 0).anyMatch(found -> found.box().cy() > 1);
    assertThat(IntStream.range(0, BoxRefinerContract.IMAGES).boxed())
        .anyMatch(image -> RandomBatches.detections(image, List.of(1)).isEmpty())
        .anyMatch(image -> RandomBatches.size(image).toString().equals("1x1"));
  }

  private static void fails(
      Supplier<BoxRefiner> maker, Consumer<BoxRefinerContract> test, String message) {
    BoxRefinerContract contract = () -> new Given(List.of(), maker);
    assertThatThrownBy(() -> test.accept(contract)).hasMessageContaining(message);
  }

  private static ImageRefiner image(UnaryOperator<Detection> change) {
    return (size, found) -> found.stream().map(change).toList();
  }

  private interface PerImage {
    UnaryOperator<List<Detection>> of(ImageBatch batch);
  }

  private static BoxRefiner each(PerImage change) {
    return new BoxRefiner() {
      @Override
      public List<List<Detection>> refine(ImageBatch batch) {
        List<List<Detection>> refined = new ArrayList<>();
        batch.detections().forEach(image -> refined.add(change.of(batch).apply(image)));
        return refined;
      }

      @Override
      public void close() {}
    };
  }

  private static final class FailingSecondClose implements ImageRefiner {
    private boolean closed;

    @Override
    public List<Detection> refine(ImageSize size, List<Detection> detections) {
      return detections;
    }

    @Override
    public void close() {
      if (closed) {
        throw new IllegalStateException("Cannot close: closed already");
      }
      closed = true;
    }
  }

  /** Says that it only moves boxes, and looks at no feature maps. */
  private record Claiming(BoxRefiner refiner) implements RefinerFactory {
    @Override
    public String name() {
      return "claiming";
    }

    @Override
    public List<RefinerOption> options() {
      return List.of();
    }

    @Override
    public boolean usesFeatures() {
      return false;
    }

    @Override
    public boolean onlyMoves() {
      return true;
    }

    @Override
    public BoxRefiner create(RefinerOptions chosen, RefinerContext context) {
      return refiner;
    }
  }

  private record Given(List<RefinerOption> options, Supplier<BoxRefiner> maker)
      implements RefinerFactory {
    @Override
    public String name() {
      return "given";
    }

    @Override
    public BoxRefiner create(RefinerOptions chosen, RefinerContext context) {
      return maker.get();
    }
  }
}
