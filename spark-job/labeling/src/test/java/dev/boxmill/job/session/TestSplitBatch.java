package dev.boxmill.job.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CUDA error: unspecified launch failure",
        "CUDA error: an illegal memory access was encountered",
        "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
        "cuDNN error: CUDNN_STATUS_MAPPING_ERROR",
        "CUDA driver error: device not ready",
        "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm(handle)`",
        "cusolver error: CUSOLVER_STATUS_EXECUTION_FAILED",
        "CUDA error: device-side assert triggered"
      })
  void aLostDeviceFailsTheTask(String said) {
    RuntimeException fault = new IllegalStateException(said);
    for (RuntimeException thrown : List.of(fault, new IllegalStateException("wrapped", fault))) {
      assertThatThrownBy(() -> run(SIXTEEN, 4, thrown))
          .isInstanceOf(LostDeviceException.class)
          .hasMessageStartingWith("Cannot compute on the device any more: ")
          .matches(DeviceFaults::isLost);
      assertThat(tried).containsExactly(16);
      tried.clear();
    }
  }

  /** Whatever library reports it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "CUDA out of memory. Tried to allocate 2.00 GiB",
        "CUDA error: out of memory",
        "CUDA driver error: out of memory",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory",
        "std::bad_alloc",
        "Cannot reserve 4096 bytes of direct buffer memory (allocated: 1, limit: 2)"
      })
  void memoryThatRanOutHalvesTheBatch(String said) {
    assertThat(run(SIXTEEN, 4, new IllegalStateException(said))).isEqualTo(labels(SIXTEEN));
    assertThat(tried).containsExactly(16, 8, 4, 4, 8, 4, 4);
  }

  /** cuDNN has no kernel for it: the device is sound. */
  @Test
  void anUnsupportedOperationIsTheImagesOwnFault() {
    assertThat(
            run(
                List.of(7),
                0,
                new IllegalStateException("cuDNN error: CUDNN_STATUS_NOT_SUPPORTED")))
        .containsExactly("7 internal");
  }

  /** As a device with memory for that many images. */
  private List<String> run(List<Integer> images, int room) {
    return run(
        images, room, new IllegalStateException("CUDA out of memory. Tried to allocate 2.00 GiB"));
  }

  private List<String> run(List<Integer> images, int room, RuntimeException fault) {
    return SplitBatch.run(
        images,
        batch -> {
          tried.add(batch.size());
          if (batch.size() > room) {
            throw fault;
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
