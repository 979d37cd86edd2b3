package dev.boxmill.job.lists;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** What a list names: addresses, and other lines as {@code 7: problem} and {@code -what}. */
public final class TestingList implements ListReader {

  private final List<String> read = new ArrayList<>();

  /** Writes a list and reads it. */
  static List<String> read(Path file, byte[] content) throws IOException {
    Files.createDirectories(file.getParent());
    return read(Files.write(file, content));
  }

  /** Reads a list. */
  public static List<String> read(Path file) throws IOException {
    TestingList reader = new TestingList();
    ImageList.read(
        new org.apache.hadoop.fs.Path("file://" + file.toAbsolutePath()),
        new Configuration(),
        reader);
    return reader.read;
  }

  @Override
  public void add(String address, ListFields fields) {
    read.add(address);
  }

  @Override
  public void addUnreadable(long line, String problem) {
    read.add(line + ": " + problem);
  }

  @Override
  public void leaveOut(String what) {
    read.add("-" + what);
  }
}
