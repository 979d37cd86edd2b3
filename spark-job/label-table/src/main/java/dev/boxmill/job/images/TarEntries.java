package dev.boxmill.job.images;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarUtils;

/**
 * The entries of a tar archive, and of those that follow it in the same file: {@code cat a.tar
 * b.tar} is read like {@code tar --ignore-zeros} does.
 */
final class TarEntries implements Closeable {

  private static final int RECORD_BYTES = TarStream.RECORD_BYTES;

  /** Systems end at 4096 bytes; what is longer than this is no name, and would be in the table. */
  private static final int LONGEST_NAME = 1 << 16;

  private static final int BUFFER_BYTES = 1 << 16;

  private final BufferedInputStream content;
  private TarStream archive;
  private long passedBytes;

  /**
   * @param content of the file, with what compresses it taken off
   */
  TarEntries(InputStream content) {
    this.content = new BufferedInputStream(content, BUFFER_BYTES);
    this.archive = new TarStream(this.content);
  }

  /** Null after the last one. */
  TarArchiveEntry next() throws IOException {
    TarArchiveEntry entry = nextOfArchive();
    while (entry == null && isFollowed()) {
      passedBytes += archive.getBytesRead();
      archive = new TarStream(content);
      entry = nextOfArchive();
    }
    return entry;
  }

  /** A header whose checksum is wrong may name another image: nothing from there on is sure. */
  private TarArchiveEntry nextOfArchive() throws IOException {
    TarArchiveEntry entry = archive.next();
    if (entry == null && archive.getBytesRead() % RECORD_BYTES != 0) {
      throw new EOFException("the archive ends inside a header");
    }
    if (entry != null && !entry.isCheckSumOK()) {
      throw new IOException("the header of an entry is damaged");
    }
    if (entry != null && entry.getName().length() > LONGEST_NAME) {
      throw new IOException("an entry's name has over " + LONGEST_NAME + " characters");
    }
    return entry;
  }

  /** Passes over zeros; less than a header's bytes at the end are no archive. */
  private boolean isFollowed() throws IOException {
    while (true) {
      content.mark(RECORD_BYTES);
      byte[] record = content.readNBytes(RECORD_BYTES);
      if (record.length < RECORD_BYTES) {
        return false;
      }
      if (!isZero(record)) {
        refuseNoHeader(record);
        content.reset();
        return true;
      }
      passedBytes += RECORD_BYTES;
    }
  }

  private static void refuseNoHeader(byte[] record) throws IOException {
    IllegalArgumentException cause = null;
    try {
      if (TarUtils.verifyCheckSum(record)) {
        return;
      }
    } catch (IllegalArgumentException noNumber) {
      cause = noNumber;
    }
    throw new IOException("what follows its end mark is no tar archive", cause);
  }

  private static boolean isZero(byte[] record) {
    for (byte one : record) {
      if (one != 0) {
        return false;
      }
    }
    return true;
  }

  /** What the current entry holds. */
  InputStream entry() {
    return archive;
  }

  /** How long the entry is once it is read: holes of a sparse one count. */
  static long length(TarArchiveEntry entry) {
    return entry.isSparse() ? entry.getRealSize() : entry.getSize();
  }

  /** Bytes that were read so far, of what the compressed ones stand for. */
  long bytesRead() {
    return passedBytes + archive.getBytesRead();
  }

  @Override
  public void close() throws IOException {
    content.close();
  }
}
