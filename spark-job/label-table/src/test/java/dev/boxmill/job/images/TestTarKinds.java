package dev.boxmill.job.images;

import static dev.boxmill.job.TestingSpark.uri;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TestTarKinds {

  private static final Configuration HADOOP = new Configuration();

  @TempDir Path folder;

  private Path archive;
  private Map<Omission, Long> omitted;

  @BeforeEach
  void nameArchive() {
    archive = folder.resolve("shard.tar");
  }

  private enum Packing {
    NONE,
    GZIP,
    BZIP2,
    XZ,
    ZSTD,
    LZ4;

    private OutputStream around(OutputStream stream) throws IOException {
      return switch (this) {
        case NONE -> stream;
        case GZIP -> new GZIPOutputStream(stream);
        case BZIP2 -> new BZip2CompressorOutputStream(stream);
        case XZ -> new XZCompressorOutputStream(stream);
        case ZSTD -> new ZstdCompressorOutputStream(stream);
        case LZ4 -> new FramedLZ4CompressorOutputStream(stream);
      };
    }

    private byte[] pack(byte[] content) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (OutputStream packing = around(bytes)) {
        packing.write(content);
      }
      return bytes.toByteArray();
    }
  }

  @ParameterizedTest
  @EnumSource
  void firstBytesSayWhatCompressesAnArchiveWhateverItsNameIs(Packing packing) throws IOException {
    write(packing.pack(new TestingTar().file("a.jpg", "A").file("b.png", "B").bytes()));

    assertThat(read()).containsExactly("a.jpg=A", "b.png=B");
    assertThat(TarImages.holdsImage(uri(archive), HADOOP)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void archivesThatFollowOneAnotherAreRead(Packing packing) throws IOException {
    byte[] first = packing.pack(new TestingTar().file("a.jpg", "A").bytes());
    byte[] second = packing.pack(new TestingTar().file("b.jpg", "B").bytes());
    write(first, second, second, packing.pack(new byte[512 * 7]));

    assertThat(read()).containsExactly("a.jpg=A", "b.jpg=B");
    assertThat(omitted).isEqualTo(Map.of(Omission.REPEATED, 1L));
  }

  @ParameterizedTest
  @EnumSource
  void compressedArchiveThatBreaksOffIsOneInputAfterItsWholeEntries(Packing packing)
      throws IOException {
    byte[] noise = new byte[1 << 14];
    new Random(7).nextBytes(noise);
    String incompressible = new String(noise, StandardCharsets.ISO_8859_1);
    byte[] whole =
        packing.pack(
            new TestingTar().file("a.jpg", incompressible).file("b.jpg", incompressible).bytes());
    write(Arrays.copyOf(whole, whole.length - 1000));

    List<String> read = read();

    assertThat(read.get(read.size() - 1))
        .startsWith("storage: Cannot read archive " + uri(archive) + ": ");
  }

  @Test
  void namesThatAreNoUtf8AreToldApartByTheirBytes() throws IOException {
    String longName = "f".repeat(120);
    write(
        new TestingTar("ISO-8859-1")
            .file("gr\u00fcn.jpg", "A")
            .file("gr\u00f6n.jpg", "B")
            .file(longName + "\u00fc.jpg", "C")
            .file(longName + "\u00f6.jpg", "D")
            .pax("path", "p\u00fc.jpg".getBytes(StandardCharsets.ISO_8859_1))
            .file("p.jpg", "E")
            .pax("path", "p\u00f6.jpg".getBytes(StandardCharsets.ISO_8859_1))
            .file("p.jpg", "F")
            .pax("mtime", "1234567890.5".getBytes(StandardCharsets.UTF_8))
            .file("m\u00fc.jpg", "G")
            .bytes());

    assertThat(read())
        .containsExactly(
            "gr\\xFCn.jpg=A",
            "gr\\xF6n.jpg=B",
            longName + "\\xFC.jpg=C",
            longName + "\\xF6.jpg=D",
            "p\\xFC.jpg=E",
            "p\\xF6.jpg=F",
            "m\\xFC.jpg=G");
    assertThat(omitted).isEmpty();
  }

  @Test
  void namesInUtf8AreReadWhereverTheyStand() throws IOException {
    String name = "gr\u00fcn-\u7dd1";
    write(
        new TestingTar()
            .file(name + ".jpg", "A")
            .file(name.repeat(20) + ".jpg", "B")
            .pax("path", "\u00fc.jpg".getBytes(StandardCharsets.UTF_8))
            .file("p.jpg", "C")
            .symbolicLink("link.jpg", name + ".jpg")
            .bytes());

    assertThat(read()).containsExactly(name + ".jpg=A", name.repeat(20) + ".jpg=B", "\u00fc.jpg=C");
    assertThat(omitted).isEqualTo(Map.of(Omission.LINK, 1L));
  }

  @Test
  void whatFollowsAnArchiveAndIsNoneIsNamed() throws IOException {
    byte[] text = "x".repeat(512).getBytes(StandardCharsets.UTF_8);
    write(new TestingTar().file("a.jpg", "A").bytes(), text);

    assertThat(read())
        .containsExactly(
            "a.jpg=A",
            "storage: Cannot read archive "
                + uri(archive)
                + ": it breaks off after its entry a.jpg, what follows its end mark is no tar archive");
  }

  @Test
  void linkToAnImageOfTheArchiveIsThatImage() throws IOException {
    write(
        new TestingTar()
            .symbolicLink("links/first.jpg", "../images/./a.jpg")
            .file("images/a.jpg", "A")
            .hardLink("links/again.jpg", "images/a.jpg")
            .symbolicLink("links/chain.jpg", "again.jpg")
            .bytes());

    assertThat(read()).containsExactly("images/a.jpg=A");
    assertThat(omitted).isEqualTo(Map.of(Omission.LINK, 3L));
  }

  @Test
  void linkToAnEntryOfAnotherNameIsReadByItsOwnName() throws IOException {
    write(
        new TestingTar()
            .symbolicLink("./snapshot/b.jpg", "../blobs/0b")
            .file("./blobs/0a", "A")
            .file("./blobs/0b", "B")
            .symbolicLink("./snapshot/a.jpg", "../blobs/0a")
            .hardLink("./snapshot/same.jpg", "./blobs/0a")
            .bytes());

    assertThat(read()).containsExactly("./snapshot/a.jpg=A", "./snapshot/b.jpg=B");
    assertThat(omitted).isEqualTo(Map.of(Omission.LINK, 1L));
    assertThat(TarImages.holdsImage(uri(archive), HADOOP)).isTrue();
  }

  @Test
  void linkToNothingIsNamed() throws IOException {
    write(
        new TestingTar()
            .symbolicLink("lost.jpg", "/data/x.jpg")
            .symbolicLink("loop.jpg", "loop.jpg")
            .file("a.jpg", "A")
            .hardLink("too.jpg", "data/x.jpg")
            .bytes());

    assertThat(read())
        .containsExactly(
            "a.jpg=A",
            "storage: Cannot read "
                + uri(archive)
                + "!/lost.jpg: it is a link to data/x.jpg, which the archive does not hold",
            "storage: Cannot read "
                + uri(archive)
                + "!/too.jpg: it is a link to data/x.jpg, which the archive does not hold",
            "storage: Cannot read "
                + uri(archive)
                + "!/loop.jpg: it is a link to loop.jpg, which the archive does not hold");
  }

  @Test
  void nameThatIsALinkAndAFileIsOneImage() throws IOException {
    write(
        new TestingTar()
            .symbolicLink("a.jpg", "blobs/0")
            .file("a.jpg", "A")
            .file("b.jpg", "B")
            .symbolicLink("b.jpg", "blobs/0")
            .file("blobs/0", "0")
            .bytes());

    assertThat(read()).containsExactly("a.jpg=A", "b.jpg=B");
  }

  @Test
  void pipeOfAnImagesNameIsNamed() throws IOException {
    write(new TestingTar().pipe("p.jpg").file("a.jpg", "A").bytes());

    assertThat(read())
        .containsExactly(
            "storage: Cannot read " + uri(archive) + "!/p.jpg: it is a pipe or a device",
            "a.jpg=A");
  }

  @Test
  void whatSystemsLeaveBehindIsCounted() throws IOException {
    write(
        new TestingTar()
            .file("./a.jpg", "A")
            .file("./._a.jpg", "resource fork")
            .file("__MACOSX/a.jpg", "resource fork")
            .file("x/.ipynb_checkpoints/a-checkpoint.jpg", "A")
            .file("x/@eaDir/a.jpg", "small")
            .file("x/.DS_Store", "")
            .file("x/Thumbs.db", "")
            .file("_unsorted/_DSC1.JPG", "D")
            .bytes());

    assertThat(read()).containsExactly("./a.jpg=A", "_unsorted/_DSC1.JPG=D");
    assertThat(omitted).isEqualTo(Map.of(Omission.JUNK, 6L));
  }

  @Test
  void longNamesAreRead() throws IOException {
    String name = "ordner/" + "ä".repeat(120) + "/x.jpg";
    write(
        new TestingTar().file(name, "A").bytes(),
        new TestingTar().withPaxNames().file("pax/" + name, "B").bytes());

    assertThat(read()).containsExactly(name + "=A", "pax/" + name + "=B");
  }

  @Test
  void nameWithoutEndIsDamage() throws IOException {
    write(
        new TestingTar()
            .file("a.jpg", "A")
            .longName("x".repeat(1 << 17) + ".jpg")
            .file("b.jpg", "B")
            .bytes());

    assertThat(read())
        .containsExactly(
            "a.jpg=A",
            "storage: Cannot read archive "
                + uri(archive)
                + ": it breaks off after its entry a.jpg, an entry's name has over 65536 characters");
  }

  @Test
  void otherArchivesAreNamed() throws IOException {
    write("PK\3\4 and so on".getBytes(StandardCharsets.ISO_8859_1));

    assertThat(read())
        .containsExactly(
            "storage: Cannot read archive "
                + uri(archive)
                + ": it is a zip archive, which is not read (unpack it, or pack its images with"
                + " tar)");
    assertThatThrownBy(() -> TarImages.holdsImage(uri(archive), HADOOP))
        .hasMessageStartingWith("it is a zip archive");
  }

  @Test
  void archivesAreKnownByTheirNames() {
    assertThat(
            List.of(
                "a.tar",
                "a.TAR.GZ",
                "a.tgz",
                "a.tar.bz2",
                "a.tbz2",
                "a.tar.xz",
                "a.txz",
                "a.tar.zst",
                "a.tzst",
                "a.tar.lz4"))
        .allMatch(ImageNames::isArchive);
    assertThat(List.of("a.gz", "a.zst", "tar.gz.jpg", "gz", "a.tart"))
        .noneMatch(ImageNames::isArchive);
  }

  @Test
  void storedImageIsFoundBehindItsLink() throws IOException {
    write(new TestingTar().file("blobs/0", "B").symbolicLink("x.jpg", "blobs/0").bytes());
    List<String> found = new ArrayList<>();

    new StoredImages(HADOOP, Long.MAX_VALUE)
        .read(
            uri(archive),
            List.of(uri(archive) + "!/x.jpg"),
            (uri, bytes) -> found.add(uri + "=" + new String(bytes, StandardCharsets.UTF_8)));

    assertThat(found).containsExactly(uri(archive) + "!/x.jpg=B");
  }

  private void write(byte[]... parts) throws IOException {
    try (OutputStream stream = Files.newOutputStream(archive)) {
      for (byte[] part : parts) {
        stream.write(part);
      }
    }
  }

  /** Names with what they hold, or messages. */
  private List<String> read() throws IOException {
    List<String> all = new ArrayList<>();
    Iterator<ImageInput> images =
        TarImages.open(uri(archive), HADOOP, close -> {}, found -> omitted = found);
    while (images.hasNext()) {
      ImageInput image = images.next();
      try {
        byte[] bytes = image.content().read();
        String name = image.uri().substring((uri(archive) + "!/").length());
        all.add(name + "=" + new String(bytes, StandardCharsets.UTF_8));
      } catch (IOException failure) {
        all.add(ReadContent.of(image));
      }
    }
    return all;
  }
}
