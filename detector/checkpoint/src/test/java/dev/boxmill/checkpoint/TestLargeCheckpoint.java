package dev.boxmill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of 10 GiB that takes a few blocks on disk: between its ends it is sparse. */
final class TestLargeCheckpoint {

  private static final long TWO_GIB = 1L << 31;
  private static final long LARGEST = TWO_GIB - 4;
  private static final long PAST = TWO_GIB;
  private static final long FILLER = 6L << 30;

  @TempDir Path directory;

  private Path file;

  @BeforeEach
  void writeSparseFile() throws IOException {
    long past = 4 + LARGEST;
    long filler = past + PAST;
    long last = filler + FILLER;
    byte[] start =
        new TestingSafetensors()
            .entry("first", "F32", "[1]", 0, 4)
            .entry("largest", "F32", "[536870911]", 4, past)
            .entry("past", "F32", "[536870912]", past, filler)
            .entry("filler", "I64", "[805306368]", filler, last)
            .entry("last", "F32", "[2]", last, last + 8)
            .bytes();
    file = directory.resolve("model.safetensors");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.write(start);
      writeFloat(sparse, start.length, 1);
      writeFloat(sparse, start.length + past - 4, 2);
      writeFloat(sparse, start.length + last + 4, 3);
    }
  }

  @Test
  void readsTensorsOnBothSidesOfTwoGibibytes() {
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertThat(file.toFile().length()).isGreaterThan(5 * TWO_GIB);
      assertThat(checkpoint.tensor("first").values().get(0)).isEqualTo(1);
      FloatBuffer last = checkpoint.tensor("last").values();
      assertThat(last.get(0)).isZero();
      assertThat(last.get(1)).isEqualTo(3);
    }
  }

  @Test
  void readsTheLargestTensorThatABufferHolds() {
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      FloatBuffer largest = checkpoint.tensor("largest").values();
      assertThat(largest.remaining()).isEqualTo((int) (LARGEST / 4));
      assertThat(largest.get(largest.limit() - 1)).isEqualTo(2);
    }
  }

  @Test
  void refusesOneValueMoreByName() {
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      StoredTensor past = checkpoint.tensor("past");
      assertThat(past.shape()).containsExactly(PAST / 4);
      assertThatThrownBy(past::values)
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              "Cannot read tensor 'past' of %s: it has 536870912 values, more than the 536870911 of"
                      .formatted(file)
                  + " one Java buffer (no detector has such a tensor: check the checkpoint)");
    }
  }

  private static void writeFloat(RandomAccessFile file, long position, float value)
      throws IOException {
    file.seek(position);
    file.writeInt(Integer.reverseBytes(Float.floatToRawIntBits(value)));
  }
}
