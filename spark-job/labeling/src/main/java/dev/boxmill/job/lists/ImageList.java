package dev.boxmill.job.lists;

import dev.boxmill.job.error.BadInputException;
import java.io.EOFException;
import java.io.IOException;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A list of images as a text file, told by its content. */
public final class ImageList {

  private static final int LOOK = 1 << 16;

  private static final Pattern JSON =
      Pattern.compile("\\s*(\\{\\s*[\"}]|\\[\\s*[\\[{\"\\]]).*", Pattern.DOTALL);

  private ImageList() {}

  /**
   * Gives every address as it is written, in order.
   *
   * @throws BadInputException if it is no list
   * @throws IOException if it can't be read
   */
  public static void read(Path list, Configuration hadoop, ListReader reader) throws IOException {
    ListFile file = new ListFile(list, hadoop);
    String start = file.start(LOOK);
    if (isBinary(start)) {
      throw new BadInputException(
          "Cannot read manifest " + file.uri() + ": it is no text (write one URI per line)");
    }
    if (InventoryFiles.isInventory(start)) {
      InventoryFiles.read(file, reader);
    } else if (JSON.matcher(start).matches()) {
      new JsonList(file, start, reader).read();
    } else {
      readText(file, start, reader);
    }
  }

  /** A zero or two may be damage, which costs its line. */
  private static boolean isBinary(String start) {
    return start.chars().filter(character -> character == 0).count() * 100 > start.length();
  }

  private static void readText(ListFile file, String start, ListReader reader) throws IOException {
    try (ListLines lines = file.lines()) {
      try {
        TextList.of(file, start, reader).read(lines);
      } catch (EOFException | ZipException broken) {
        reader.addUnreadable(lines.count() + 1, "the list breaks off there");
      }
    }
  }
}
