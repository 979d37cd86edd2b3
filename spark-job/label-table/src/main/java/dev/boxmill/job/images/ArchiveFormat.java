package dev.boxmill.job.images;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.compress.compressors.z.ZCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;

/**
 * What the first bytes of an archive or a list say about it, whatever its name is. Each way of
 * compression takes bounded memory, and goes on where one compressed stream follows another.
 */
public enum ArchiveFormat {
  GZIP("1f8b", ArchiveFormat::gzip),
  BZIP2("425a68", stream -> new BZip2CompressorInputStream(stream, true)),
  XZ("fd377a585a00", ArchiveFormat::xz),
  /** Takes windows up to 128 MiB, the library's own limit. */
  ZSTD("28b52ffd", ZstdCompressorInputStream::new),
  /** Written by {@code pzstd} before its streams. */
  ZSTD_SKIPPABLE("502a4d18", ZstdCompressorInputStream::new),
  LZ4("04224d18", stream -> new FramedLZ4CompressorInputStream(stream, true)),
  COMPRESS("1f9d", stream -> new ZCompressorInputStream(stream, ArchiveFormat.MOST_KIB)),
  ZIP("504b0304", stream -> refuse("zip")),
  EMPTY_ZIP("504b0506", stream -> refuse("zip")),
  SEVEN_ZIP("377abcaf271c", stream -> refuse("7z")),
  RAR("526172211a07", stream -> refuse("rar"));

  /** What {@code xz -9 --extreme} writes needs 65 MiB. */
  private static final int MOST_KIB = 256 << 10;

  private static final int LONGEST_MAGIC = 6;

  /** In hexadecimal digits. */
  private final String magic;

  private final Opening opening;

  private interface Opening {
    InputStream of(InputStream stream) throws IOException;
  }

  ArchiveFormat(String magic, Opening opening) {
    this.magic = magic;
    this.opening = opening;
  }

  /**
   * The file's content, with what compresses it taken off.
   *
   * @throws IOException naming the kind, if its first bytes are those of an archive that is no tar
   */
  public static InputStream content(BufferedInputStream stream) throws IOException {
    stream.mark(LONGEST_MAGIC);
    String start = HexFormat.of().formatHex(stream.readNBytes(LONGEST_MAGIC));
    stream.reset();
    for (ArchiveFormat format : values()) {
      if (start.startsWith(format.magic)) {
        return format.opening.of(stream);
      }
    }
    return stream;
  }

  private static InputStream refuse(String kind) throws NoTarException {
    throw new NoTarException(
        "it is a " + kind + " archive, which is not read (unpack it, or pack its images with tar)");
  }

  private static InputStream xz(InputStream stream) throws IOException {
    return XZCompressorInputStream.builder()
        .setInputStream(stream)
        .setDecompressConcatenated(true)
        .setMemoryLimitKiB(MOST_KIB)
        .get();
  }

  private static InputStream gzip(InputStream stream) throws IOException {
    return new GZIPInputStream(new Lasting(stream));
  }

  /**
   * Java looks for another gzip stream after the first only where more bytes are said to be
   * available, of which a network may have none just then.
   */
  private static final class Lasting extends FilterInputStream {

    Lasting(InputStream stream) {
      super(stream);
    }

    @Override
    public int available() throws IOException {
      in.mark(1);
      int next = in.read();
      in.reset();
      return next < 0 ? 0 : 1;
    }
  }
}
