package dev.boxmill.refiners.spi;

import static dev.boxmill.refiners.spi.TestingRefiner.batch;
import static dev.boxmill.refiners.spi.TestingRefiner.context;
import static dev.boxmill.refiners.spi.TestingRefiner.found;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Detection;
import java.io.IOException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class TestRefinerChain {
  private final List<String> closed = new ArrayList<>();

  @Test
  void emptyChainChangesNothing() {
    try (RefinerChain chain = open()) {
      assertThat(chain.refine(batch())).isEqualTo(batch().detections());
    }
  }

  @Test
  void refinersRunInTheOrderGiven() {
    TestingRefiner halve = each("halve", found -> found.withScore(found.score() / 2));
    TestingRefiner square = each("square", found -> found.withScore(found.score() * found.score()));
    try (RefinerChain chain = open(halve, square)) {
      assertThat(chain.refine(batch()).get(0))
          .extracting(Detection::score)
          .containsExactly(0.140625f, 0.0625f);
    }
    try (RefinerChain chain = open(square, halve)) {
      assertThat(chain.refine(batch()).get(0))
          .extracting(Detection::score)
          .containsExactly(0.28125f, 0.125f);
    }
  }

  @Test
  void boxesScoresAndLabelsMayChangeAndDetectionsMayGo() {
    Box moved = new Box(0.1f, 0.2f, 0, 0);
    TestingRefiner change =
        each("change", found -> found.withBox(moved).withScore(1).withLabelId(2));
    TestingRefiner first =
        TestingRefiner.of("first", (size, found) -> found.stream().limit(1).toList());
    try (RefinerChain chain = open(change, first)) {
      assertThat(chain.refine(batch()))
          .containsExactly(
              List.of(new Detection(3, 2, 1, moved, new Box(0.5f, 0.5f, 0.25f, 0.25f))), List.of());
    }
  }

  @Test
  void failureNamesTheRefinerAndKeepsTheCause() {
    TestingRefiner broken =
        each(
            "broken",
            found -> {
              throw new IllegalStateException("out of luck");
            });
    try (RefinerChain chain = open(each("fine", found -> found), broken)) {
      assertThatThrownBy(() -> chain.refine(batch()))
          .isInstanceOf(RefinerException.class)
          .hasMessage(
              "Cannot refine boxes: refiner 'broken' failed:"
                  + " java.lang.IllegalStateException: out of luck")
          .hasRootCauseMessage("out of luck");
    }
  }

  @Test
  void pluginMadeForAnotherVersionFailsByName() {
    TestingRefiner old =
        each(
            "old",
            found -> {
              throw new NoSuchMethodError("Box.area");
            });
    try (RefinerChain chain = open(old)) {
      assertThatThrownBy(() -> chain.refine(batch()))
          .hasMessageContaining("refiner 'old' failed: java.lang.NoSuchMethodError: Box.area");
    }
  }

  @Test
  void errorsAndCheckedExceptionsFailByNameToo() {
    List<Throwable> thrown =
        List.of(
            new AssertionError("1 != 2"),
            new StackOverflowError(),
            new OutOfMemoryError("Java heap space"),
            new NoClassDefFoundError("com/example/Missing"),
            new IOException("no such file"),
            new InterruptedException("enough"));
    for (Throwable failure : thrown) {
      try (RefinerChain chain = open(throwing("broken", failure))) {
        assertThatThrownBy(() -> chain.refine(batch()))
            .isInstanceOf(RefinerException.class)
            .hasMessage("Cannot refine boxes: refiner 'broken' failed: " + failure)
            .hasCause(failure);
      }
    }
  }

  @Test
  void failureThatCannotBeAskedForItsTextIsNamedByItsClass() {
    try (RefinerChain chain = open(throwing("mute", new Speechless()))) {
      assertThatThrownBy(() -> chain.refine(batch()))
          .hasMessage("Cannot refine boxes: refiner 'mute' failed: " + Speechless.class.getName());
    }
  }

  private static final class Speechless extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no words");
    }
  }

  @Test
  void listThatFailsWhenItIsReadIsItsRefinersFault() {
    List<Detection> lazy =
        new AbstractList<>() {
          @Override
          public Detection get(int index) {
            throw new IllegalStateException("read too late");
          }

          @Override
          public int size() {
            return 1;
          }
        };
    TestingRefiner late =
        new TestingRefiner("late", List.of(), () -> refiner(batch -> List.of(lazy, List.of())));
    try (RefinerChain chain = open(late, each("fine", found -> found))) {
      assertThatThrownBy(() -> chain.refine(batch()))
          .isInstanceOf(RefinerException.class)
          .hasMessageContaining("refiner 'late' failed: ")
          .hasMessageEndingWith("read too late");
    }
  }

  @Test
  void interruptThatARefinerLeavesIsForgottenAndTheHostsOwnStays() {
    TestingRefiner rude =
        each(
            "rude",
            found -> {
              Thread.currentThread().interrupt();
              return found;
            });
    try (RefinerChain chain = open(rude)) {
      chain.refine(batch());
      assertThat(Thread.interrupted()).isFalse();

      Thread.currentThread().interrupt();
      chain.refine(batch());
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void boxesThatAreInfiniteInPixelsAreRefused() {
    String rule = "(must have corners and an area that are finite in pixels)";
    refusesEach(found -> found.withBox(new Box(3e37f, 0.5f, 0.1f, 0.1f)), rule);
    refusesEach(found -> found.withBox(new Box(0.5f, -3e38f, 0.1f, 0.1f)), rule);
    refusesEach(found -> found.withBox(new Box(0.5f, 0.5f, 1e30f, 1e30f)), rule);
  }

  @Test
  void resultsThatBreakARuleAreRefusedByName() {
    refuses(batch -> null, "it is null");
    refuses(batch -> List.of(), "it is for 0 images (must be for the batch's 2)");
    refuses(batch -> Stream.of(batch.detections().get(0), null).toList(), "image 2 of 2 has null");
    refuses(
        batch -> List.of(Stream.of((Detection) null).toList(), List.of()),
        "image 1 of 2 has null for a detection");
  }

  @Test
  void detectionsThatBreakARuleAreRefusedByName() {
    refusesEach(
        found -> found.withBox(new Box(0, 0, 0.5f, -0.5f)),
        "(must have a width and a height of at least 0)");
    refusesEach(found -> found.withLabelId(9), "label 9 (must be one of the detector's classes)");
    refusesEach(
        found -> Detection.of(4, 1, 1, found.detectorBox()), "too many detections of query 4");
    refusesEach(
        found -> Detection.of(3, 1, 1, new Box(0, 0, 0, 0)),
        "(must not add any, nor change query or detectorBox)");
  }

  @Test
  void addedDetectionIsRefused() {
    refuses(
        batch -> {
          Detection first = batch.detections().get(0).get(0);
          return List.of(List.of(first, first, first), List.of());
        },
        "image 1 of 2 has too many detections of query 3");
  }

  @Test
  void labelThatTheDetectorItselfGaveMayStay() {
    ImageBatch unnamed =
        batch()
            .withDetections(
                List.of(List.of(Detection.of(0, 77, 0.5f, new Box(0, 0, 0, 0))), List.of()));
    try (RefinerChain chain = open(each("fine", found -> found))) {
      assertThat(chain.refine(unnamed)).isEqualTo(unnamed.detections());
    }
  }

  @Test
  void closesLastFirstAndOnce() {
    RefinerChain chain = open(closing("a"), closing("b"), closing("c"));
    chain.close();
    chain.close();
    assertThat(closed).containsExactly("c", "b", "a");
    assertThatThrownBy(() -> chain.refine(batch()))
        .hasMessage("Cannot refine: the refiners are closed");
  }

  @Test
  void errorWhileClosingIsNamed() {
    Runnable close =
        () -> {
          throw new AssertionError("still open");
        };
    RefinerChain chain =
        open(new TestingRefiner("a", List.of(), () -> closing(close)), closing("b"));
    assertThatThrownBy(chain::close)
        .isInstanceOf(RefinerException.class)
        .hasMessage("Cannot close refiner 'a': java.lang.AssertionError: still open");
    assertThat(closed).containsExactly("b");
  }

  @Test
  void closesAllEvenIfSomeFail() {
    RefinerChain chain = open(closing("a"), failingToClose("b"), closing("c"), failingToClose("d"));
    assertThatThrownBy(chain::close)
        .hasMessage("Cannot close refiner 'd': java.lang.IllegalStateException: stuck")
        .satisfies(
            failure -> assertThat(failure.getSuppressed()[0]).hasMessageContaining("refiner 'b'"));
    assertThat(closed).containsExactly("d", "c", "b", "a");
  }

  @Test
  void refinerThatCannotBeMadeIsNamedAndThoseBeforeAreClosed() {
    TestingRefiner broken =
        new TestingRefiner(
            "broken",
            List.of(),
            () -> {
              throw new IllegalArgumentException("Cannot read weights: no such file");
            });
    assertThatThrownBy(() -> open(closing("a"), failingToClose("b"), broken, closing("c")))
        .isInstanceOf(RefinerException.class)
        .hasMessageStartingWith("Cannot make refiner 'broken': ")
        .hasMessageEndingWith("Cannot read weights: no such file")
        .hasCauseInstanceOf(IllegalArgumentException.class)
        .satisfies(
            failure -> assertThat(failure.getSuppressed()[0]).hasMessageContaining("refiner 'b'"));
    assertThat(closed).containsExactly("b", "a");
  }

  @Test
  void factoryThatReturnsNullIsNamed() {
    assertThatThrownBy(() -> open(new TestingRefiner("void", List.of(), () -> null)))
        .hasMessage("Cannot make refiner 'void': its factory returned null");
  }

  private static void refusesEach(Function<Detection, Detection> change, String reason) {
    refuses(
        batch ->
            batch.detections().stream().map(image -> image.stream().map(change).toList()).toList(),
        reason);
  }

  private static void refuses(
      Function<ImageBatch, List<List<Detection>>> refinement, String reason) {
    TestingRefiner bad = new TestingRefiner("bad", List.of(), () -> refiner(refinement));
    try (RefinerChain chain = open(bad)) {
      assertThatThrownBy(() -> chain.refine(batch()))
          .isInstanceOf(RefinerException.class)
          .hasMessageStartingWith("Cannot use the result of refiner 'bad': ")
          .hasMessageContaining(reason);
    }
  }

  private static BoxRefiner refiner(Function<ImageBatch, List<List<Detection>>> refinement) {
    return new BoxRefiner() {
      @Override
      public List<List<Detection>> refine(ImageBatch batch) {
        return refinement.apply(batch);
      }

      @Override
      public void close() {}
    };
  }

  private static TestingRefiner each(String name, Function<Detection, Detection> change) {
    return TestingRefiner.of(name, (size, found) -> found.stream().map(change).toList());
  }

  private static TestingRefiner throwing(String name, Throwable failure) {
    return each(
        name,
        found -> {
          TestRefinerChain.<RuntimeException>sneaky(failure);
          return found;
        });
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneaky(Throwable failure) throws T {
    throw (T) failure;
  }

  private TestingRefiner closing(String name) {
    return new TestingRefiner(name, List.of(), () -> closing(() -> closed.add(name)));
  }

  private TestingRefiner failingToClose(String name) {
    Runnable close =
        () -> {
          closed.add(name);
          throw new IllegalStateException("stuck");
        };
    return new TestingRefiner(name, List.of(), () -> closing(close));
  }

  private static BoxRefiner closing(Runnable close) {
    return new BoxRefiner() {
      @Override
      public List<List<Detection>> refine(ImageBatch batch) {
        return batch.detections();
      }

      @Override
      public void close() {
        close.run();
      }
    };
  }

  private static RefinerChain open(TestingRefiner... factories) {
    List<RefinerSpec> specs =
        Stream.of(factories).map(factory -> new RefinerSpec(factory.name(), Map.of())).toList();
    return found(factories).open(specs, context());
  }
}
