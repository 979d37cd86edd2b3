package dev.boxmill.job.table;

import dev.boxmill.job.manifest.Chunk;
import dev.boxmill.job.manifest.FileLines;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.StoredFile;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The lists of files that chunks were made of: {@code CHUNK.gz}, and {@code CHUNK.ROWS.gz} while a
 * chunk is rewritten without some of its files, for a part of so many rows.
 */
final class ChunkLists {

  private static final Pattern NAME = Pattern.compile("([0-9a-f]{32})(?:[.](\\d+))?[.]gz");

  private final Path folder;
  private final Configuration hadoop;
  private final FileSystem files;

  ChunkLists(Path folder, Configuration hadoop) throws IOException {
    this.folder = folder;
    this.hadoop = hadoop;
    this.files = Locations.filesystem(folder, hadoop);
  }

  /**
   * What a list's name says.
   *
   * @param rows of the part that it is for; empty if it is for whatever part is there
   */
  record Name(String chunk, Optional<Long> rows) {

    /** Empty if a file of that name is no list. */
    static Optional<Name> of(String file) {
      Matcher name = NAME.matcher(file);
      return name.matches()
          ? Optional.of(
              new Name(name.group(1), Optional.ofNullable(name.group(2)).map(Long::valueOf)))
          : Optional.empty();
    }
  }

  Path folder() {
    return folder;
  }

  Path of(String chunk) {
    return new Path(folder, chunk + ".gz");
  }

  /** For the time between a part of so many rows and its list. */
  private Path of(String chunk, long rows) {
    return new Path(folder, chunk + "." + rows + ".gz");
  }

  /** It is on the disk before the part that it describes: a lost list would lose the part. */
  void write(Chunk chunk) throws IOException {
    write(chunk, of(chunk.name()));
  }

  /** The same, for a part of so many rows that is to replace one of more. */
  void write(Chunk chunk, long rows) throws IOException {
    write(chunk, of(chunk.name(), rows));
  }

  /** Called when that part is there: its list replaces the one of before. */
  void settle(String chunk, long rows) throws IOException {
    StoredFile.place(of(chunk, rows), of(chunk), hadoop);
    files.delete(of(chunk, rows), false);
  }

  private void write(Chunk chunk, Path list) throws IOException {
    try (FSDataOutputStream stream = files.create(list, true);
        GZIPOutputStream packed = new GZIPOutputStream(stream);
        Writer lines = new BufferedWriter(new OutputStreamWriter(packed, StandardCharsets.UTF_8))) {
      for (ListedFile input : chunk.files()) {
        lines.write(FileLines.line(input));
      }
      lines.flush();
      packed.finish();
      StoredFile.sync(stream);
    }
    StoredFile.syncFolder(folder, hadoop);
  }

  /** Gives a chunk's files. */
  void forEach(String chunk, Consumer<ListedFile> inputs) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(files.open(of(chunk))), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      if (line == null) {
        throw new EOFException("it is empty");
      }
      for (; line != null; line = lines.readLine()) {
        inputs.accept(FileLines.parse(line));
      }
    }
  }
}
