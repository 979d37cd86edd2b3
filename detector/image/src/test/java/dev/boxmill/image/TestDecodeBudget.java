package dev.boxmill.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.schemas.ImageSize;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestDecodeBudget {
  private static final int ROOM = 10_000_000;

  private final DecodeBudget budget = new DecodeBudget(ROOM);
  private final AtomicLong decoding = new AtomicLong();
  private final AtomicLong most = new AtomicLong();

  @Test
  void neverAreMorePixelsDecodedAtOnceThanThereIsRoomFor() throws Exception {
    Random random = new Random(3);
    List<Callable<Integer>> work =
        IntStream.range(0, 2000)
            .map(i -> 100 + random.nextInt(3000))
            .mapToObj(side -> (Callable<Integer>) () -> decode(new ImageSize(side, side)))
            .toList();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (Future<Integer> done : threads.invokeAll(work)) {
        assertThat(done.get()).isPositive();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(most.get()).isPositive().isLessThanOrEqualTo(ROOM);
  }

  @Test
  void anImageLargerThanTheRoomHasItAlone() throws UnreadableImageException {
    assertThat(decode(new ImageSize(10_000, 10_000))).isEqualTo(10_000);
    assertThat(decode(new ImageSize(10_000, 10_000))).isEqualTo(10_000);
  }

  @SuppressWarnings("ThreadPriorityCheck")
  private int decode(ImageSize size) throws UnreadableImageException {
    long pixels = (long) size.width() * size.height();
    return budget.decode(
        size,
        () -> {
          most.accumulateAndGet(decoding.addAndGet(pixels), Math::max);
          Thread.yield();
          decoding.addAndGet(-pixels);
          return size.width();
        });
  }
}
