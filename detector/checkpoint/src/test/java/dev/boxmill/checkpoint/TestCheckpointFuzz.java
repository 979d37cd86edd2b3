package dev.boxmill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damages valid files at random, again and again. Each time the checkpoint must be refused with the
 * package's own exception, or read as what its bytes now say, by an independent reading of them.
 */
final class TestCheckpointFuzz {

  private static final long SEED = 20261121;
  private static final int ROUNDS = 3000 * TestingDamage.TIMES;
  private static final int INDEX_ROUNDS = 1000 * TestingDamage.TIMES;

  @TempDir Path directory;

  private int opened;
  private int refused;

  @Test
  void damagedWeightsAreRefusedOrReadAsTheyAre() throws IOException {
    byte[] valid = valid();
    int header = 8 + (int) ByteBuffer.wrap(valid).order(ByteOrder.LITTLE_ENDIAN).getLong();
    TestingDamage damage = new TestingDamage(SEED);
    assertTimeoutPreemptively(
        Duration.ofMinutes(10L * TestingDamage.TIMES),
        () -> {
          for (int round = 0; round < ROUNDS; round++) {
            checkWeights(round, damage.of(valid, header));
          }
        });
    assertThat(opened).as("damage that stays readable").isGreaterThan(ROUNDS / 100);
    assertThat(refused).as("damage that is refused").isGreaterThan(ROUNDS / 2);
  }

  @Test
  void everyCutIsRefused() {
    byte[] valid = valid();
    for (int length = 0; length < valid.length; length++) {
      checkWeights(length, Arrays.copyOf(valid, length));
    }
    assertThat(refused).isEqualTo(valid.length);
  }

  @Test
  void damagedIndicesAreRefusedOrNameWhatTheShardHolds() throws IOException {
    Files.write(directory.resolve("s-1.safetensors"), valid());
    byte[] valid =
        """
        {"metadata": {"total_size": 1}, "weight_map": {"model.a.weight": "s-1.safetensors",
         "model.b.weight": "s-1.safetensors", "model.c": "s-1.safetensors",
         "counter": "s-1.safetensors", "d": "s-1.safetensors", "e": "s-1.safetensors"}}
        """
            .getBytes(StandardCharsets.UTF_8);
    TestingDamage damage = new TestingDamage(SEED);
    for (int round = 0; round < INDEX_ROUNDS; round++) {
      byte[] bytes = damage.of(valid, valid.length);
      TestingSafetensors.write(directory.resolve("model.safetensors.index.json"), bytes);
      attempt(round, bytes, checkpoint -> assertThat(checkpoint.names()).hasSize(6));
    }
    assertThat(opened).as("damage that stays readable").isGreaterThan(INDEX_ROUNDS / 100);
    assertThat(refused).as("damage that is refused").isGreaterThan(INDEX_ROUNDS / 2);
  }

  private static byte[] valid() {
    return new TestingSafetensors()
        .raw("\"__metadata__\":{\"format\":\"pt\"}")
        .floats("model.a.weight", "[2,3]", 1, 2, 3, 4, 5, 6)
        .halves("model.b.weight", "F16", "[3]", (short) 1, (short) 0x7c00, (short) 0x3c00)
        .halves("model.c", "BF16", "[1,2]", (short) 0x3f80, (short) 0x7fc0)
        .tensor("counter", "I64", "[]", new byte[8])
        .floats("d", "[0,7]")
        .floats("e", "[1]", 8)
        .bytes();
  }

  private interface Check {
    void accept(Checkpoint checkpoint) throws IOException;
  }

  private void checkWeights(int round, byte[] bytes) {
    TestingSafetensors.write(directory.resolve("model.safetensors"), bytes);
    attempt(round, bytes, checkpoint -> checkTensors(checkpoint, bytes));
  }

  private void attempt(int round, byte[] bytes, Check check) {
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      opened++;
      check.accept(checkpoint);
    } catch (CheckpointException e) {
      refused++;
      assertThat(e).hasMessageContaining(directory.toString()).hasMessageEndingWith(")");
      assertThat(e.getMessage()).hasSizeLessThan(1000);
    } catch (Exception | Error e) {
      fail("Round " + round + ": " + Arrays.toString(bytes), e);
    }
  }

  private static void checkTensors(Checkpoint checkpoint, byte[] bytes) throws IOException {
    ByteBuffer file = ByteBuffer.wrap(bytes);
    int dataStart = 8 + (int) file.order(ByteOrder.LITTLE_ENDIAN).getLong();
    JsonNode header = new ObjectMapper().readTree(bytes, 8, dataStart - 8);
    long total = 0;
    for (String name : checkpoint.names()) {
      JsonNode offsets = header.get(name).get("data_offsets");
      int begin = offsets.get(0).intValue();
      int count = offsets.get(1).intValue() - begin;
      total += count;
      ByteBuffer data = file.slice(dataStart + begin, count).order(ByteOrder.LITTLE_ENDIAN);
      checkValues(checkpoint.tensor(name), data);
    }
    assertThat(total).as("bytes of all tensors").isEqualTo(bytes.length - dataStart);
  }

  private static void checkValues(StoredTensor tensor, ByteBuffer bytes) {
    long elements = tensor.shape().stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    assertThat(elements * tensor.dtype().bits()).isEqualTo(bytes.remaining() * 8L);
    if (tensor.dtype().isWeight()) {
      assertThat(tensor.values()).isEqualTo(decoded(tensor.dtype(), bytes));
    }
  }

  private static FloatBuffer decoded(DType dtype, ByteBuffer bytes) {
    if (dtype == DType.F32) {
      return bytes.asFloatBuffer();
    }
    ShortBuffer halves = bytes.asShortBuffer();
    FloatBuffer floats = FloatBuffer.allocate(halves.remaining());
    while (halves.hasRemaining()) {
      short half = halves.get();
      floats.put(dtype == DType.F16 ? HalfPrecision.float16(half) : HalfPrecision.bfloat16(half));
    }
    return floats.flip();
  }
}
