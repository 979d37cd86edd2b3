package dev.boxmill.job.images;

import dev.boxmill.job.storage.LocalFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * A tar archive whose entries have names by their bytes, which the library loses where they are no
 * UTF-8: then two names look alike. Such a byte is written {@code \xF6}, as in the names of files.
 * Header and GNU's long names are asked for as Latin-1, a character for each byte; the PAX header's
 * bytes are noted as they are read.
 */
final class TarStream extends TarArchiveInputStream {

  /**
   * Archives are padded to whole blocks or not: what is left of one may be the next one's start.
   */
  static final int RECORD_BYTES = 512;

  private static final int TYPE = 156;
  private static final int MOST_NOTED = 1 << 20;
  private static final int LATIN_1_END = 0x100;
  private static final String PATH = "path";
  private static final String SPARSE_PATH = "GNU.sparse.name";
  private static final String LINK = "linkpath";

  private final ByteArrayOutputStream pax = new ByteArrayOutputStream();
  private boolean inPax;

  TarStream(InputStream content) {
    super(content, RECORD_BYTES, RECORD_BYTES, StandardCharsets.ISO_8859_1.name());
  }

  /** Null after the last one. */
  TarArchiveEntry next() throws IOException {
    pax.reset();
    inPax = false;
    TarArchiveEntry entry = getNextEntry();
    inPax = false;
    if (entry != null) {
      Map<String, byte[]> said = records(pax.toByteArray());
      String name = name(entry.getName(), said.getOrDefault(SPARSE_PATH, said.get(PATH)));
      if (!name.equals(entry.getName())) { // setting it takes leading slashes off
        entry.setName(name);
      }
      entry.setLinkName(name(entry.getLinkName(), said.get(LINK)));
    }
    return entry;
  }

  private static String name(String latin, byte[] said) {
    if (said != null) {
      return LocalFiles.decoded(said);
    }
    // a PAX header for all entries may name them, too
    return latin.chars().allMatch(character -> character < LATIN_1_END)
        ? LocalFiles.decoded(latin.getBytes(StandardCharsets.ISO_8859_1))
        : latin;
  }

  @Override
  protected byte[] readRecord() throws IOException {
    byte[] record = super.readRecord();
    inPax =
        record != null
            && (record[TYPE] == TarArchiveEntry.LF_PAX_EXTENDED_HEADER_LC
                || record[TYPE] == TarArchiveEntry.LF_PAX_EXTENDED_HEADER_UC);
    return record;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    int read = super.read(bytes, from, length);
    if (inPax && read > 0 && pax.size() < MOST_NOTED) {
      pax.write(bytes, from, read);
    }
    return read;
  }

  /** Records are {@code LENGTH KEY=VALUE\n}; the library refuses others. */
  private static Map<String, byte[]> records(byte[] header) {
    Map<String, byte[]> records = new HashMap<>();
    int start = 0;
    while (start < header.length) {
      int blank = indexOf(header, ' ', start);
      int equals = indexOf(header, '=', blank);
      int end = blank < 0 ? -1 : end(header, start, blank);
      if (equals < 0 || end <= equals) {
        return records;
      }
      String key = new String(header, blank + 1, equals - blank - 1, StandardCharsets.UTF_8);
      records.put(key, Arrays.copyOfRange(header, equals + 1, end - 1));
      start = end;
    }
    return records;
  }

  private static int end(byte[] header, int start, int blank) {
    try {
      String length = new String(header, start, blank - start, StandardCharsets.US_ASCII);
      int end = Math.addExact(start, Integer.parseInt(length));
      return end <= header.length ? end : -1;
    } catch (ArithmeticException | NumberFormatException damaged) {
      return -1;
    }
  }

  private static int indexOf(byte[] bytes, char wanted, int from) {
    for (int at = Math.max(0, from); from >= 0 && at < bytes.length; at++) {
      if (bytes[at] == wanted) {
        return at;
      }
    }
    return -1;
  }
}
