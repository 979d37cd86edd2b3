package dev.boxmill.job.images;

import static dev.boxmill.job.TestingSpark.uri;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestTarImages {

  private static final int CONTENT_BYTES = 3 << 20;

  @TempDir Path folder;

  private Path archive;

  @BeforeEach
  void writeArchive() throws IOException {
    archive = folder.resolve("shard.tar");
    try (OutputStream stream = Files.newOutputStream(archive);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(stream)) {
      for (String name : new String[] {"a.jpg", "b.jpg", "c.jpg"}) {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(CONTENT_BYTES);
        tar.putArchiveEntry(entry);
        tar.write(new byte[CONTENT_BYTES]);
        tar.closeArchiveEntry();
      }
    }
    FaultyDisk.faultAt = Long.MAX_VALUE;
    FaultyDisk.open = 0;
  }

  @Test
  void storeThatFailsOnTheWayFailsTheTask() throws IOException {
    FaultyDisk.faultAt = CONTENT_BYTES + CONTENT_BYTES / 2;
    Iterator<ImageInput> images = open();

    assertThat(images.next().uri()).isEqualTo(uri(archive) + "!/a.jpg");
    assertThatThrownBy(images::next)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageEndingWith("Cannot read archive " + uri(archive) + ": the store is down");
    assertThat(FaultyDisk.open).isZero();
  }

  @Test
  void damageOfTheArchiveIsOneInputUnderItsName() throws IOException {
    byte[] whole = Files.readAllBytes(archive);
    Files.write(archive, Arrays.copyOf(whole, CONTENT_BYTES + CONTENT_BYTES / 2));
    Iterator<ImageInput> images = open();

    assertThat(images.next().uri()).isEqualTo(uri(archive) + "!/a.jpg");
    ImageInput broken = images.next();
    assertThat(broken.uri()).isEqualTo(uri(archive));
    assertThat(ReadContent.of(broken))
        .startsWith("storage: Cannot read archive " + uri(archive) + ": it breaks off");
    assertThat(images.hasNext()).isFalse();
    assertThat(FaultyDisk.open).isZero();
  }

  @Test
  void taskThatEndsEarlyClosesTheArchive() throws IOException {
    List<Runnable> atEnd = new ArrayList<>();
    Iterator<ImageInput> images = TarImages.open(uri(archive), faultyDisk(), atEnd::add);
    images.next();
    assertThat(FaultyDisk.open).isEqualTo(1);

    atEnd.forEach(Runnable::run);

    assertThat(FaultyDisk.open).isZero();
    assertThat(images.hasNext()).isFalse();
  }

  @Test
  void entryThatDoesNotFitIntoMemoryCostsItsOwnRowOnly() throws IOException {
    long huge = Math.min(FileContent.MAX_BYTES, Runtime.getRuntime().maxMemory() / 3 + 1);
    archive = folder.resolve("bomb.tar.gz");
    try (OutputStream stream = Files.newOutputStream(archive);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(stream))) {
      put(tar, "huge.jpg", huge);
      put(tar, "small.jpg", 1);
    }
    Iterator<ImageInput> images = open();

    assertThat(ReadContent.of(images.next()))
        .startsWith(
            "resources: Cannot read "
                + uri(archive)
                + "!/huge.jpg: "
                + huge
                + " bytes do not fit into memory: ");
    assertThat(images.next().uri()).isEqualTo(uri(archive) + "!/small.jpg");
    assertThat(images.hasNext()).isFalse();
  }

  private static void put(TarArchiveOutputStream tar, String name, long size) throws IOException {
    byte[] zeros = new byte[1 << 20];
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(size);
    tar.putArchiveEntry(entry);
    for (long left = size; left > 0; left -= zeros.length) {
      tar.write(zeros, 0, (int) Math.min(left, zeros.length));
    }
    tar.closeArchiveEntry();
  }

  private Iterator<ImageInput> open() throws IOException {
    return TarImages.open(uri(archive), faultyDisk(), close -> {});
  }

  private static Configuration faultyDisk() {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.file.impl", FaultyDisk.class.getName());
    hadoop.setBoolean("fs.file.impl.disable.cache", true);
    return hadoop;
  }

  /** The local disk, which fails from some byte on, and counts its open streams. */
  public static final class FaultyDisk extends RawLocalFileSystem {
    private static long faultAt;
    private static int open;

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path path, int bufferBytes)
        throws IOException {
      open++;
      return new FSDataInputStream(new FaultyStream(super.open(path, bufferBytes)));
    }
  }

  private static final class FaultyStream extends FSInputStream {
    private final FSDataInputStream disk;

    private FaultyStream(FSDataInputStream disk) {
      this.disk = disk;
    }

    @Override
    public int read() throws IOException {
      refuseAfterFault();
      return disk.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      refuseAfterFault();
      return disk.read(bytes, offset, Math.min(length, 4096)); // in parts, as a network gives them
    }

    private void refuseAfterFault() throws IOException {
      if (disk.getPos() >= FaultyDisk.faultAt) {
        throw new IOException("the store is down");
      }
    }

    @Override
    public void close() throws IOException {
      FaultyDisk.open--;
      disk.close();
    }

    @Override
    public void seek(long position) throws IOException {
      disk.seek(position);
    }

    @Override
    public long getPos() throws IOException {
      return disk.getPos();
    }

    @Override
    public boolean seekToNewSource(long position) {
      return false;
    }
  }
}
