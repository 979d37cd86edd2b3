package dev.boxmill.job.manifest;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Sorts files by URI, each URI once, with the memory of some hundred thousand: what is more waits
 * in sorted temporary files that are merged at the end.
 */
public final class FileSort implements Closeable {

  private static final int MOST_HELD = 500_000;
  private static final Comparator<ListedFile> BY_URI = Comparator.comparing(ListedFile::uri);

  private final int mostHeld;
  private final List<ListedFile> held = new ArrayList<>();
  private final List<Path> runs = new ArrayList<>();

  public FileSort() {
    this(MOST_HELD);
  }

  FileSort(int mostHeld) {
    this.mostHeld = mostHeld;
  }

  /**
   * Adds a file, perhaps not for the first time.
   *
   * @throws UncheckedIOException if the disk for temporary files fails
   */
  public void add(ListedFile file) {
    held.add(file);
    if (held.size() == mostHeld) {
      spill();
    }
  }

  /** All that was added; this sort is then empty again. */
  public SortedFiles sorted() {
    spill();
    try (SortedFiles.Writer united = new SortedFiles.Writer()) {
      merge(united);
      return united.written();
    } catch (IOException failure) {
      throw failure(failure);
    } finally {
      close();
    }
  }

  private void merge(SortedFiles.Writer united) throws IOException {
    PriorityQueue<FileRecords.Reader> readers =
        new PriorityQueue<>(Comparator.comparing(FileRecords.Reader::peek, BY_URI));
    for (Path run : runs) {
      readers.add(new FileRecords.Reader(run));
    }
    while (!readers.isEmpty()) {
      FileRecords.Reader least = readers.remove();
      united.add(least.next());
      if (least.hasNext()) {
        readers.add(least);
      }
    }
  }

  private void spill() {
    if (held.isEmpty()) {
      return;
    }
    held.sort(BY_URI);
    try {
      Path run = SortedFiles.temporary();
      runs.add(run);
      try (FileRecords.Writer writer = new FileRecords.Writer(run)) {
        for (ListedFile file : held) {
          writer.write(file);
        }
      }
    } catch (IOException failure) {
      throw failure(failure);
    }
    held.clear();
  }

  /** Drops what was added. */
  @Override
  public void close() {
    held.clear();
    runs.forEach(SortedFiles::delete);
    runs.clear();
  }

  private static UncheckedIOException failure(IOException failure) {
    return new UncheckedIOException(
        new IOException(
            "Cannot sort the list of inputs in "
                + System.getProperty("java.io.tmpdir")
                + ": "
                + failure.getMessage()
                + " (name a folder with more room by -Djava.io.tmpdir)",
            failure));
  }
}
