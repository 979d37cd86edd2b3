package dev.boxmill.job.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TestReadAhead {
  private final ExecutorService threads = Executors.newFixedThreadPool(3);

  @AfterEach
  void stopThreads() {
    threads.shutdownNow();
  }

  @Test
  void givesEveryInputOnce() throws InterruptedException {
    List<Integer> inputs = IntStream.range(0, 500).boxed().toList();
    ReadAhead<Integer, Integer> ahead =
        new ReadAhead<>(inputs.iterator(), (x, out) -> out.accept(2 * x), threads, 7);
    List<Integer> found = new ArrayList<>();
    while (ahead.hasMore()) {
      ahead.start(7);
      assertThat(ahead.pending()).isBetween(1, 7);
      found.add(ahead.take());
    }
    assertThat(found).containsExactlyInAnyOrderElementsOf(inputs.stream().map(x -> 2 * x).toList());
  }

  @Test
  void pullsInputsOnTheCallersThreadOnly() throws InterruptedException {
    Set<Thread> pullers = new HashSet<>();
    ReadAhead<Integer, Integer> ahead =
        new ReadAhead<>(
            IntStream.range(0, 50)
                .boxed()
                .peek(x -> pullers.add(Thread.currentThread()))
                .iterator(),
            (x, out) -> out.accept(x),
            threads,
            5);
    for (ahead.start(5); ahead.hasMore(); ahead.start(5)) {
      ahead.take();
    }
    assertThat(pullers).containsExactly(Thread.currentThread());
  }

  @Test
  void aSlowInputDoesNotHoldUpTheOthers() throws InterruptedException {
    CountDownLatch others = new CountDownLatch(1);
    ReadAhead<String, String> ahead =
        new ReadAhead<>(
            List.of("slow", "fast").iterator(),
            (name, out) -> out.accept(awaitIf(name, others)),
            threads,
            2);
    ahead.start(2);
    assertThat(ahead.take()).isEqualTo("fast");
    others.countDown();
    assertThat(ahead.take()).isEqualTo("slow");
  }

  @Test
  void aFaultOfTheWorkReachesTheCaller() {
    ReadAhead<Integer, Integer> ahead =
        new ReadAhead<>(
            List.of(1).iterator(),
            (x, out) -> {
              throw new IllegalArgumentException("broken");
            },
            threads,
            1);
    ahead.start(1);
    assertThatThrownBy(ahead::take)
        .hasMessage("Cannot prepare an image: java.lang.IllegalArgumentException: broken");
    assertThat(ahead.hasMore()).isFalse();
  }

  @Test
  void aKilledTaskGivesAwayAllThatItReadAhead() {
    ReadAhead<Integer, Integer> ahead =
        new ReadAhead<>(
            List.of(1, 2, 3, 4).iterator(),
            (x, out) -> {
              if (x == 3) {
                throw new IllegalArgumentException("broken");
              }
              out.accept(x);
            },
            threads,
            4);
    ahead.start(4);
    List<Integer> freed = new ArrayList<>();
    Thread.currentThread().interrupt();
    ahead.discard(freed::add);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(freed).containsExactlyInAnyOrder(1, 2, 4);
    assertThat(ahead.pending()).isZero();
  }

  @Test
  void anInputMayBecomeMoreThanThereIsRoomFor() throws InterruptedException {
    ReadAhead<Integer, Integer> ahead =
        new ReadAhead<>(
            List.of(10, 20).iterator(),
            (x, out) -> IntStream.range(0, 10).forEach(i -> out.accept(x + i)),
            threads,
            3);
    List<Integer> found = new ArrayList<>();
    for (ahead.start(2); ahead.hasMore(); ahead.start(2)) {
      found.add(ahead.take());
    }
    assertThat(found).containsExactlyInAnyOrderElementsOf(IntStream.range(10, 30).boxed().toList());
    assertThat(ahead.pending()).isZero();
  }

  @Test
  void whatAnInputBecameBeforeItFailedIsGiven() throws InterruptedException {
    ReadAhead<Integer, Integer> ahead =
        new ReadAhead<>(
            List.of(1).iterator(),
            (x, out) -> {
              out.accept(x);
              throw new IllegalArgumentException("broken");
            },
            threads,
            1);
    ahead.start(1);
    assertThat(ahead.take()).isEqualTo(1);
    assertThatThrownBy(ahead::take).hasMessageContaining("broken");
    assertThat(ahead.hasMore()).isFalse();
  }

  private static String awaitIf(String name, CountDownLatch latch) {
    try {
      if (name.equals("slow")) {
        latch.await();
      }
      return name;
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }
}
