package dev.boxmill.job.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class TestHeapLease {

  private static final long MEBIBYTE = 1 << 20;
  private static final long MOST = 200 * MEBIBYTE;

  @Test
  void whoAsksForMoreThanIsFreeWaits() throws Exception {
    HeapLease first = HeapLease.of(150 * MEBIBYTE, MOST);
    CompletableFuture<HeapLease> second =
        CompletableFuture.supplyAsync(() -> lease(100 * MEBIBYTE));
    assertThatThrownBy(() -> second.get(200, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    HeapLease.of(HeapLease.SMALL_BYTES, MOST).close();

    first.close();
    first.close();

    assertThat(second.get(1, TimeUnit.MINUTES)).isNotNull();
    second.get().close();
    HeapLease.of(MOST, MOST).close();
  }

  @Test
  void whatCanNeverFitIsRefusedAtOnce() {
    assertThatThrownBy(() -> HeapLease.of(MOST + 1, MOST))
        .isInstanceOf(NoRoomException.class)
        .hasMessage(
            "209715201 bytes at once do not fit into memory: they may take 209715200, half of"
                + " Java's heap (give it more with BOXMILL_MEMORY or spark.executor.memory, then"
                + " --retry-failed, or write the table in smaller row groups)");
  }

  private static HeapLease lease(long bytes) {
    try {
      return HeapLease.of(bytes, MOST);
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }
}
