package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

final class TestFullDisk {

  @Test
  void theTableThatHasNoRoomIsNamed() {
    IOException full = new IOException("No space left on device");
    SparkException task =
        new SparkException(
            "[TASK_WRITE_FAILED] Task failed while writing rows to"
                + " file:/data/my labels/_boxmill/staged/d698. SQLSTATE: 58030",
            full);

    assertThat(FullDisk.explanation(new SparkException("Job aborted", task)))
        .hasValue(
            "The run broke off: No space left on device (writing file:/data/my labels; make room,"
                + " and the same command goes on)");
  }

  /** A driver gets the traces of other machines' tasks as text. */
  @Test
  void theSignMayStandInAMessageOfSpark() {
    assertThat(
            FullDisk.explanation(
                new SparkException(
                    "Job aborted due to stage failure: Task 0 in stage 2.0 failed 4 times:"
                        + " java.io.IOException: Disk quota exceeded\n\tat x",
                    null)))
        .hasValue(
            "The run broke off: Disk quota exceeded (in the output, or in Spark's temporary folder,"
                + " spark.local.dir; make room, and the same command goes on)");
  }

  @Test
  void theFileThatHasNoRoomIsNamed() {
    assertThat(
            FullDisk.explanation(
                new RuntimeException(
                    new FileNotFoundException(
                        "/tmp/blockmgr-1/0d/shuffle_0.data (No space left on device)"))))
        .hasValueSatisfying(
            line -> assertThat(line).contains("writing /tmp/blockmgr-1/0d/shuffle_0.data; make"));
  }

  @Test
  void errorsCountToo() {
    Error full = new AssertionError(new IOException("File too large"));
    assertThat(FullDisk.explanation(full)).isPresent();
  }

  @Test
  void otherFaultsAreNone() {
    assertThat(FullDisk.explanation(new IOException("No such device"))).isEmpty();
    assertThat(FullDisk.explanation(new IOException())).isEmpty();
  }
}
