package dev.boxmill.job.manifest;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.OptionalLong;

/** Files in the order of their URIs, each once, on the local disk; {@link #close} removes them. */
public final class SortedFiles implements Iterable<ListedFile>, Closeable {

  private final Path records;
  private final long count;
  private final long images;
  private final long duplicates;

  private SortedFiles(Path records, long count, long images, long duplicates) {
    this.records = records;
    this.count = count;
    this.images = images;
    this.duplicates = duplicates;
  }

  /** Number of files. */
  public long count() {
    return count;
  }

  /** Images in them; empty if only reading them all can tell. */
  public OptionalLong images() {
    return images < 0 ? OptionalLong.empty() : OptionalLong.of(images);
  }

  /** How many more times than once the files were given. */
  public long duplicates() {
    return duplicates;
  }

  /** The same, with more files left out of it before. */
  public SortedFiles alsoWithout(long moreDuplicates) {
    return new SortedFiles(records, count, images, duplicates + moreDuplicates);
  }

  @Override
  public Iterator<ListedFile> iterator() {
    try {
      return new FileRecords.Reader(records);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Those that are not among the others. */
  public SortedFiles without(SortedFiles others) {
    try (Writer rest = new Writer();
        FileRecords.Reader left = new FileRecords.Reader(others.records)) {
      for (ListedFile file : this) {
        while (left.hasNext() && left.peek().uri().compareTo(file.uri()) < 0) {
          left.next();
        }
        if (!left.hasNext() || !left.peek().uri().equals(file.uri())) {
          rest.add(file);
        }
      }
      return rest.written();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void close() {
    delete(records);
  }

  static Path temporary() throws IOException {
    return Files.createTempFile("boxmill-inputs-", ".list");
  }

  static void delete(Path records) {
    try {
      Files.deleteIfExists(records);
    } catch (IOException left) {
      records.toFile().deleteOnExit();
    }
  }

  /** Takes files in order, and unites those of one URI. */
  static final class Writer implements Closeable {

    private final Path records = temporary();
    private final FileRecords.Writer writer = new FileRecords.Writer(records);
    private ListedFile last;
    private long count;
    private long images;
    private long duplicates;

    Writer() throws IOException {}

    void add(ListedFile file) throws IOException {
      if (last != null && last.uri().equals(file.uri())) {
        duplicates++;
        last = last.unitedWith(file);
        return;
      }
      flush();
      last = file;
    }

    SortedFiles written() throws IOException {
      flush();
      writer.close();
      return new SortedFiles(records, count, images, duplicates);
    }

    private void flush() throws IOException {
      if (last == null) {
        return;
      }
      writer.write(last);
      count++;
      images = images < 0 || last.images().isEmpty() ? -1 : images + last.rows();
      last = null;
    }

    @Override
    public void close() throws IOException {
      writer.close();
    }
  }
}
