package dev.boxmill.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.schemas.ImageSize;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestOutOfMemory {

  private static final ImageSize SIZE = new ImageSize(1066, 800);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DefaultCPUAllocator: can't allocate memory: you tried to allocate 99 bytes.",
        "CUDA out of memory. Tried to allocate 2.00 GiB",
        "DefaultCPUAllocator: not enough memory: you tried to allocate 99 bytes."
      })
  void aBatchThatIsTooLargeIsNamedWithItsRemedy(String fault) {
    assertThat(OutOfMemory.explained(fault, 2, SIZE).orElseThrow())
        .startsWith("2 images of 1066x800 do not fit into memory together (a larger --accumulate");
  }

  @ParameterizedTest
  @CsvSource("The size of tensor a (3) must match the size of tensor b (4)")
  void otherFaultsAreNot(String fault) {
    assertThat(OutOfMemory.explained(fault, 2, SIZE)).isEmpty();
  }
}
