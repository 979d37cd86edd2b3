package dev.boxmill.job.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestHeapRoom {

  @Test
  void whatDoesNotFitBesideOthersWaitsUntilTheyAreDropped() throws IOException {
    HeapRoom room = new HeapRoom(100, Duration.ZERO);
    List<byte[]> held = new ArrayList<>();
    held.add(room.array(60));

    assertThatThrownBy(() -> room.array(50))
        .isInstanceOf(NoRoomException.class)
        .hasMessage(
            "50 bytes do not fit into memory: large images may take 100 bytes at once, a third of"
                + " Java's heap (give it more with BOXMILL_MEMORY or spark.executor.memory, then"
                + " --retry-failed)");
    assertThat(held.remove(0)).hasSize(60);
    assertThat(room.array(50)).hasSize(50);
  }

  @Test
  void whatCanNeverFitIsRefusedAtOnce() {
    HeapRoom room = new HeapRoom(100, Duration.ofHours(1));

    assertThatThrownBy(() -> room.array(101))
        .isInstanceOf(NoRoomException.class)
        .hasMessageStartingWith("101 bytes do not fit into memory");
  }
}
