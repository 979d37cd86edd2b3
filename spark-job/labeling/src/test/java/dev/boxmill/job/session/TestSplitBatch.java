package dev.boxmill.job.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestSplitBatch {
  private static final List<Integer> SIXTEEN = IntStream.range(0, 16).boxed().toList();

  private final List<Integer> tried = new ArrayList<>();

  @Test
  void aBatchThatFitsRunsOnce() {
    assertThat(run(SIXTEEN, 16)).isEqualTo(labels(SIXTEEN));
    assertThat(tried).containsExactly(16);
  }

  @Test
  void aBatchThatIsTooLargeForTheDeviceIsDoneInHalves() {
    assertThat(run(SIXTEEN, 4)).isEqualTo(labels(SIXTEEN));
    assertThat(tried).containsExactly(16, 8, 4, 4, 8, 4, 4);
  }

  @Test
  void anImageThatIsTooLargeAloneFailsAlone() {
    assertThat(run(List.of(1, 2, 3), 0))
        .containsExactly("1 resources", "2 resources", "3 resources");
  }

  @Test
  void javasOwnMemoryCountsToo() {
    List<String> rows =
        SplitBatch.run(
            SIXTEEN,
            batch -> {
              if (batch.contains(5)) {
                throw new OutOfMemoryError("Direct buffer memory");
              }
              return labels(batch);
            },
            TestSplitBatch::failed);

    assertThat(rows).hasSize(16).contains("4 ok", "5 resources", "6 ok");
  }

  @Test
  void aLostDeviceFailsTheTask() {
    assertThatThrownBy(
            () ->
                SplitBatch.run(
                    SIXTEEN,
                    batch -> {
                      throw new IllegalStateException("CUDA error: unspecified launch failure");
                    },
                    TestSplitBatch::failed))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("Cannot compute on the device any more: ");
  }

  /** As a device with memory for that many images. */
  private List<String> run(List<Integer> images, int room) {
    return SplitBatch.run(
        images,
        batch -> {
          tried.add(batch.size());
          if (batch.size() > room) {
            throw new IllegalStateException("CUDA out of memory. Tried to allocate 2.00 GiB");
          }
          return labels(batch);
        },
        TestSplitBatch::failed);
  }

  private static List<String> labels(List<Integer> images) {
    return images.stream().map(image -> image + " ok").toList();
  }

  private static String failed(int image, Throwable why) {
    return image + " " + DeviceFaults.category(why).columnValue();
  }
}
