package dev.boxmill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damages a file of torch.save at random, as a whole and in its pickle alone. Each time it is
 * refused with the package's own exception, or its tensors can be read; soon, and with a heap that
 * no announced size may fill.
 */
final class TestPthFuzz {

  private static final long SEED = 20261121;
  private static final int ROUNDS = 4000 * TestingDamage.TIMES;

  @TempDir Path directory;

  private int opened;
  private int refused;

  @Test
  void damagedFilesAreRefusedOrRead() throws Exception {
    byte[] valid = Files.readAllBytes(valid());
    TestingDamage damage = new TestingDamage(SEED);
    soon(
        () -> {
          for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = damage.of(valid, valid.length);
            bytes[0] = 'P';
            bytes[1] = 'K';
            attempt(round, bytes);
          }
        });
    assertThat(opened).as("damage that stays readable").isGreaterThan(ROUNDS / 100);
    assertThat(refused).as("damage that is refused").isGreaterThan(ROUNDS / 10);
  }

  @Test
  void damagedLegacyFilesAreRefusedOrRead() throws Exception {
    Path file = Path.of(TestPthFuzz.class.getResource("/pth/legacy.pth").toURI());
    byte[] valid = Files.readAllBytes(file);
    TestingDamage damage = new TestingDamage(SEED + 2);
    soon(
        () -> {
          for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = damage.of(valid, valid.length);
            System.arraycopy(valid, 0, bytes, 0, Math.min(2, bytes.length));
            attempt(round, bytes);
          }
        });
    assertThat(opened).as("damage that stays readable").isGreaterThan(ROUNDS / 100);
    assertThat(refused).as("damage that is refused").isGreaterThan(ROUNDS / 10);
  }

  @Test
  void damagedPicklesAreRefusedOrRead() throws Exception {
    Map<String, byte[]> entries = entries(valid());
    byte[] pickle = entries.get("views/data.pkl");
    TestingDamage damage = new TestingDamage(SEED + 1);
    soon(
        () -> {
          for (int round = 0; round < ROUNDS; round++) {
            entries.put("views/data.pkl", damage.of(pickle, pickle.length));
            Path file = TestingPickle.archive(directory.resolve("a.pth"), entries);
            attempt(round, Files.readAllBytes(file));
          }
        });
    assertThat(opened).as("damage that stays readable").isGreaterThan(ROUNDS / 100);
    assertThat(refused).as("damage that is refused").isGreaterThan(ROUNDS / 10);
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void soon(Work work) {
    assertTimeoutPreemptively(
        Duration.ofMinutes(10L * TestingDamage.TIMES), work::run, "reads of damaged files");
  }

  private void attempt(int round, byte[] bytes) throws IOException {
    Path file = directory.resolve("damaged.pth");
    Files.write(file, bytes);
    try (Checkpoint checkpoint = Checkpoint.openFile(file)) {
      for (String name : checkpoint.names()) {
        read(checkpoint.tensor(name));
      }
      opened++;
    } catch (CheckpointException e) {
      refused++;
      assertThat(e).hasMessageContaining(file.toString()).hasMessageEndingWith(")");
      assertThat(e.getMessage()).hasSizeLessThan(1000);
    } catch (Exception | Error e) {
      fail("Round " + round + ": " + Arrays.toString(bytes), e);
    }
  }

  private static void read(StoredTensor tensor) {
    if (tensor.dtype().isWeight()) {
      long count = tensor.shape().stream().reduce(1L, Math::multiplyExact);
      assertThat(tensor.values().remaining()).isEqualTo((int) count);
    }
  }

  private static Path valid() throws Exception {
    return Path.of(TestPthFuzz.class.getResource("/pth/views.pth").toURI());
  }

  private static Map<String, byte[]> entries(Path file) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    return entries;
  }
}
