package dev.boxmill.job.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestFileSource {

  @ParameterizedTest
  @CsvSource({
    "1, 8, 1", // no empty tasks
    "5, 8, 5",
    "40, 8, 8", // every slot works
    "256, 8, 8",
    "257, 8, 9", // tasks of 32
    "1000, 2, 8", // four tasks per slot
    "100000, 8, 391", // tasks of 256
    "10000000, 64, 39063"
  })
  void tasksKeepSlotsBusyAndStayOfUsefulSize(int images, int slots, int tasks) {
    assertThat(FileSource.tasks(images, slots)).isEqualTo(tasks);
  }
}
