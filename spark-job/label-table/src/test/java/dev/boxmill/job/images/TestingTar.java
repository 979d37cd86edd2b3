package dev.boxmill.job.images;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** A tar archive in memory, made entry by entry. */
final class TestingTar {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar;

  TestingTar() {
    this("UTF-8");
  }

  /**
   * @param encoding of names
   */
  TestingTar(String encoding) {
    tar = new TarArchiveOutputStream(bytes, encoding);
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
  }

  TestingTar withPaxNames() {
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    return this;
  }

  TestingTar file(String name, String content) throws IOException {
    byte[] text = content.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(text.length);
    tar.putArchiveEntry(entry);
    tar.write(text);
    tar.closeArchiveEntry();
    return this;
  }

  /** What GNU tar writes before an entry whose name does not fit into its header. */
  TestingTar longName(String name) throws IOException {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry =
        new TarArchiveEntry(TarConstants.GNU_LONGLINK, TarConstants.LF_GNUTYPE_LONGNAME);
    entry.setSize(text.length);
    tar.putArchiveEntry(entry);
    tar.write(text);
    tar.closeArchiveEntry();
    return this;
  }

  /** A PAX header with one record, as it stands before an entry. */
  TestingTar pax(String key, byte[] value) throws IOException {
    byte[] start = (" " + key + "=").getBytes(StandardCharsets.UTF_8);
    int length = start.length + value.length + 1 + 2;
    TarArchiveEntry entry =
        new TarArchiveEntry("PaxHeaders/x", TarConstants.LF_PAX_EXTENDED_HEADER_LC);
    entry.setSize(length);
    tar.putArchiveEntry(entry);
    tar.write(Integer.toString(length).getBytes(StandardCharsets.UTF_8));
    tar.write(start);
    tar.write(value);
    tar.write('\n');
    tar.closeArchiveEntry();
    return this;
  }

  TestingTar symbolicLink(String name, String target) throws IOException {
    return link(name, target, TarConstants.LF_SYMLINK);
  }

  TestingTar hardLink(String name, String target) throws IOException {
    return link(name, target, TarConstants.LF_LINK);
  }

  TestingTar pipe(String name) throws IOException {
    return link(name, "", TarConstants.LF_FIFO);
  }

  private TestingTar link(String name, String target, byte kind) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, kind);
    entry.setLinkName(target);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
    return this;
  }

  byte[] bytes() throws IOException {
    tar.close();
    return bytes.toByteArray();
  }
}
