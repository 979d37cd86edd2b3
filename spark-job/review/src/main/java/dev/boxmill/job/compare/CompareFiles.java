package dev.boxmill.job.compare;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.preview.ChangePage;
import dev.boxmill.job.preview.ChangePage.ChangedBox;
import dev.boxmill.job.preview.ChangePage.ChangedPicture;
import dev.boxmill.job.preview.ChangePage.Words;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.StoredFile;
import dev.boxmill.job.storage.WritablePlace;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabeledBox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Where a report goes: into a folder as {@value #PAGE}, {@value #TEXT} and {@value #JSON}, or the
 * page alone into a file whose name ends in {@code .html}. Files that are there are replaced.
 */
public final class CompareFiles {

  static final String PAGE = "compare.html";
  static final String TEXT = "compare.txt";
  static final String JSON = "compare.json";

  private final Path output;
  private final FileSystem files;
  private final Configuration hadoop;

  private CompareFiles(Path output, FileSystem files, Configuration hadoop) {
    this.output = output;
    this.files = files;
    this.hadoop = hadoop;
  }

  /**
   * Looks whether a report may be written there; changes nothing.
   *
   * @throws BadInputException if not
   */
  public static CompareFiles claim(String output, Configuration hadoop) {
    try {
      Path path = Locations.absolute(output, hadoop);
      CompareFiles claimed = new CompareFiles(path, Locations.filesystem(path, hadoop), hadoop);
      claimed.requireFree(output);
      WritablePlace.require(path, hadoop);
      return claimed;
    } catch (IOException | IllegalArgumentException failure) {
      throw refusal(output, FailureReason.of(failure), "name a folder or a .html file", failure);
    }
  }

  private void requireFree(String given) throws IOException {
    if (!files.exists(output)) {
      return;
    }
    boolean folder = files.getFileStatus(output).isDirectory();
    if (folder && isPage()) {
      throw refusal(given, "it is a folder", "name a file", null);
    }
    if (!folder && !isPage()) {
      throw refusal(given, "it is a file", "name a folder, or a file that ends in .html", null);
    }
  }

  private static BadInputException refusal(
      String output, String reason, String remedy, Exception cause) {
    return new BadInputException(
        "Cannot write comparison " + output + ": " + reason + " (" + remedy + ")", cause);
  }

  private boolean isPage() {
    return output.getName().endsWith(".html") || output.getName().endsWith(".htm");
  }

  /**
   * Fetches the pictures that differ most again, and writes.
   *
   * @return where the page lies
   */
  public String write(CompareReport report) throws IOException {
    Path page = isPage() ? output : new Path(output, PAGE);
    if (!isPage()) {
      files.mkdirs(output);
      store(TEXT, report.text().getBytes(StandardCharsets.UTF_8));
      store(JSON, new CompareJson(report).bytes());
    }
    page(report).write(page, hadoop);
    return Locations.uri(page);
  }

  private void store(String name, byte[] content) throws IOException {
    StoredFile.write(new Path(output, name), content, hadoop);
  }

  private static ChangePage page(CompareReport report) {
    List<ComparedImage> most = report.comparison().most();
    String note =
        String.format(
            Locale.ROOT,
            "%,d of %,d images that differ are shown, those that differ most first."
                + " Dashed lines: A. Solid lines: B. Faint: boxes that stayed as they were.",
            most.size(),
            report.comparison().counts().differing());
    return new ChangePage(
        "A and B compared",
        report.figures(),
        report.facts(),
        report.tables(),
        Change.titles(),
        new Words("comparison", "Change", note, "most different first", "No picture differs."),
        most.stream()
            .flatMap(image -> image.size().map(size -> picture(image, size)).stream())
            .toList());
  }

  private static ChangedPicture picture(ComparedImage image, ImageSize size) {
    String remark =
        Arrays.stream(Change.values())
            .filter(change -> change != Change.KEPT && image.count(change) > 0)
            .map(change -> image.count(change) + " " + change.title())
            .collect(Collectors.joining(", "));
    List<ChangedBox> boxes =
        image.pairs().stream()
            .sorted(Comparator.comparing(BoxPair::score).reversed())
            .map(CompareFiles::box)
            .toList();
    return new ChangedPicture(image.uri(), size, remark, boxes);
  }

  private static ChangedBox box(BoxPair pair) {
    return new ChangedBox(
        pair.labels(),
        pair.change().title(),
        pair.score(),
        pair.before().map(LabeledBox::corners),
        pair.after().map(LabeledBox::corners));
  }
}
