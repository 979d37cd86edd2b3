package dev.boxmill.job.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.boxmill.job.images.FileContent;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.images.ReadContent;
import dev.boxmill.job.images.TarImages;
import dev.boxmill.job.lists.TestingList;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damages manifests and archives at random. What they then hold is read or refused, soon, and no
 * image gets another's name. {@code -Dfuzz.times=100} makes a hundred times as many rounds.
 */
final class TestSourceFuzz {
  private static final long SEED = 20261121;
  private static final int ROUNDS = 400 * Integer.getInteger("fuzz.times", 1);
  private static final Duration SOON = Duration.ofSeconds(120 + ROUNDS / 10);
  private static final Configuration HADOOP = new Configuration();
  private static final int ENTRIES = 12;
  private static final int BLOCK = 512;

  @TempDir private Path folder;

  private final Random random = new Random(SEED);
  private int whole;
  private int broken;

  @Test
  void damagedArchivesGiveTheirImagesOrSayThatTheyBreakOff() throws IOException {
    Map<String, byte[]> images = images();
    byte[] valid = tar(images);
    assertTimeoutPreemptively(
        SOON,
        () -> {
          for (int round = 0; round < ROUNDS; round++) {
            check(round, damaged(valid), images);
          }
        });
    assertThat(whole).as("archives that stay whole").isGreaterThan(ROUNDS / 20);
    assertThat(broken).as("archives that break off").isGreaterThan(ROUNDS / 4);
  }

  @Test
  void archivesThatEndEarlySaySo() throws IOException {
    Map<String, byte[]> images = images();
    byte[] valid = tar(images);
    for (int length = 1; length < valid.length; length += 97) {
      byte[] part = Arrays.copyOf(valid, length);
      check(length, part, images);
    }
    assertThat(broken).isGreaterThan(valid.length / 97 / 2);
  }

  /** A size of a gigabyte in a header of half a kilobyte takes no gigabyte. */
  @Test
  void lyingSizesTakeNoMemory() throws IOException {
    Path archive = folder.resolve("lying.tar");
    TarArchiveEntry entry = new TarArchiveEntry("a.jpg");
    entry.setSize(FileContent.MAX_BYTES);
    byte[] header = new byte[2 * BLOCK];
    entry.writeEntryHeader(header);
    Files.write(archive, header);
    List<ImageInput> inputs = new ArrayList<>();
    long before = allocated();

    TarImages.open(uri(archive), HADOOP, close -> {}).forEachRemaining(inputs::add);

    assertThat(allocated() - before).isLessThan(FileContent.MAX_BYTES / 4);
    assertThat(inputs).hasSize(1);
    assertThat(ReadContent.of(inputs.get(0))).startsWith("storage: Cannot read archive ");
  }

  @Test
  void damagedManifestsAreReadOrRefused() throws IOException {
    StringBuilder lines = new StringBuilder("id,uri,note\n");
    for (int i = 0; i < ENTRIES; i++) {
      lines.append(i).append(",\"s3a://lake/a ").append(i).append(".jpg\",\"a \"\"b\"\"\"\r\n");
    }
    byte[] valid = lines.toString().getBytes(UTF_8);
    Path manifest = folder.resolve("list.csv");
    assertTimeoutPreemptively(
        SOON,
        () -> {
          for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = damaged(valid);
            Files.write(manifest, bytes);
            read(round, manifest, bytes);
          }
        });
    assertThat(whole).as("manifests that stay readable").isGreaterThan(ROUNDS / 20);
    assertThat(broken)
        .as("manifests that are refused, or lines of them")
        .isGreaterThan(ROUNDS / 20);
  }

  private void check(int round, byte[] bytes, Map<String, byte[]> images) throws IOException {
    Path archive = Files.write(folder.resolve("damaged.tar"), bytes);
    String prefix = uri(archive) + "!/";
    TreeSet<String> missing = new TreeSet<>(images.keySet());
    boolean breaksOff = false;
    try {
      Iterator<ImageInput> inputs = TarImages.open(uri(archive), HADOOP, close -> {});
      while (inputs.hasNext()) {
        ImageInput input = inputs.next();
        assertThat(breaksOff).as("inputs behind a break in round " + round).isFalse();
        breaksOff = input.uri().equals(uri(archive));
        if (!breaksOff) {
          String name = input.uri().substring(prefix.length());
          assertThat(missing.remove(name)).as(name + " in round " + round).isTrue();
          assertThat(input.content().read()).hasSameSizeAs(images.get(name));
        }
      }
    } catch (RuntimeException | Error e) {
      fail("Round " + round + " of " + bytes.length + " bytes", e);
    }
    boolean endsBetween = bytes.length % BLOCK == 0 && bytes.length < tar(images).length;
    assertThat(missing.isEmpty() || breaksOff || endsBetween || holdsZeroHeader(bytes))
        .as("images lost without a word in round " + round + ": " + missing)
        .isTrue();
    whole += missing.isEmpty() ? 1 : 0;
    broken += breaksOff ? 1 : 0;
  }

  /** A block of zeros is how an archive says that it ends; here, before its last entry. */
  private static boolean holdsZeroHeader(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    for (int at = 0; at + BLOCK <= end; at += BLOCK) {
      if (Arrays.equals(bytes, at, at + BLOCK, new byte[BLOCK], 0, BLOCK)) {
        return true;
      }
    }
    return false;
  }

  private void read(int round, Path manifest, byte[] bytes) {
    try {
      List<String> uris = TestingList.read(manifest);
      whole++;
      assertThat(uris).hasSizeLessThanOrEqualTo(4 * ENTRIES).allMatch(uri -> !uri.isBlank());
      broken += uris.stream().anyMatch(uri -> uri.matches("\\d+: .*")) ? 1 : 0;
    } catch (IOException | dev.boxmill.job.error.BadInputException refused) {
      broken++;
      assertThat(refused.getMessage()).isNotBlank();
    } catch (RuntimeException | Error e) {
      fail("Round " + round + ": " + Arrays.toString(bytes), e);
    }
  }

  /** Changed bytes, a moved piece, or an early end. */
  private byte[] damaged(byte[] valid) {
    byte[] bytes = valid.clone();
    switch (random.nextInt(4)) {
      case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      case 1 -> bytes[random.nextInt(bytes.length)] = (byte) "\",\n0 ".charAt(random.nextInt(5));
      case 2 -> {
        int from = random.nextInt(bytes.length);
        int to = random.nextInt(bytes.length);
        int most = bytes.length - Math.max(from, to);
        System.arraycopy(bytes, from, bytes, to, Math.min(1 + random.nextInt(99), most));
      }
      default -> bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length - 1));
    }
    return bytes;
  }

  private static Map<String, byte[]> images() {
    Random content = new Random(SEED);
    Map<String, byte[]> images = new LinkedHashMap<>();
    for (int i = 0; i < ENTRIES; i++) {
      byte[] bytes = new byte[i == 0 ? 0 : 100 * i];
      content.nextBytes(bytes);
      images.put("folder/picture-" + i + ".jpg", bytes);
    }
    return images;
  }

  private static byte[] tar(Map<String, byte[]> images) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> image : images.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(image.getKey());
        entry.setSize(image.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(image.getValue());
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static long allocated() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  private static String uri(Path file) {
    return "file://" + file.toAbsolutePath();
  }
}
