package dev.boxmill.job.preview;

import static dev.boxmill.job.table.TestingLabels.box;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.LabeledBox;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestPreviewPage {
  @TempDir private Path folder;

  @Test
  void drawsBothKindsOfBoxesWhereTheyLie() throws IOException {
    Corners before = new Corners(10, 20, 110.5f, 220.25f);
    Corners now = new Corners(12, 24, 108, 210);
    TestingLabels labels =
        new TestingLabels("clip")
            .labeled("file:///nowhere/a.jpg", 400, 300, box("cup", 0.9, now, before));

    String html = page(labels, 24);

    assertThat(html)
        .contains("viewBox=\"0 0 400 300\"")
        .contains("class=\"final\" d=\"M12 24H108V210H12Z\"")
        .contains("class=\"detector\" d=\"M10 20H110.5V220.25H10Z\"")
        .contains("data-label=\"cup\" data-score=\"0.9\"")
        .contains("style=\"--x:3%;--y:8%;--dx:2.5%;--dy:6.67%\"")
        .contains("id=\"show-detector\"");
  }

  @Test
  void withoutRefinersThereIsOneLayer() throws IOException {
    Corners corners = new Corners(1, 2, 3, 4);
    TestingLabels labels =
        new TestingLabels("").labeled("file:///nowhere/a.jpg", 40, 30, box("cup", 0.9, corners));

    assertThat(page(labels, 24))
        .contains("class=\"unrefined\"")
        .doesNotContain("class=\"detector\" d=")
        .doesNotContain("id=\"show-detector\"");
  }

  @Test
  void tellsWhatIsInAPictureAndKeepsScoresUnrounded() throws IOException {
    Corners corners = new Corners(1, 2, 3, 4);
    LabeledBox[] many =
        Collections.nCopies(12, box("cup", 0.5, corners)).toArray(LabeledBox[]::new);
    TestingLabels labels =
        new TestingLabels("")
            .labeled("file:///nowhere/one.jpg", 40, 30, box("a \"cup\"", 0.29712, corners))
            .labeled("file:///nowhere/many.jpg", 40, 30, many)
            .labeled("file:///nowhere/none.jpg", 40, 30);

    assertThat(page(labels, 24))
        .contains("aria-label=\"one.jpg, 1 box: a &quot;cup&quot; 0.30\"")
        .contains("data-score=\"0.29712\"")
        .containsPattern("aria-label=\"many.jpg, 12 boxes: (cup 0.50, ){9}cup 0.50 and 2 more\"")
        .contains("aria-label=\"none.jpg, 0 boxes\"");
  }

  @Test
  void countsTheWholeTableAndShowsTheLimit() throws IOException {
    TestingLabels labels = new TestingLabels("clip");
    for (int i = 0; i < 30; i++) {
      labels.labeled(
          "file:///nowhere/%02d.jpg".formatted(i),
          64,
          48,
          box("cup", 0.5, new Corners(1, 1, 9, 9)));
      labels.labeled("file:///nowhere/empty-%02d.jpg".formatted(i), 64, 48);
    }

    String html = page(labels, 7);

    assertThat(names(html))
        .hasSize(7)
        .allMatch(name -> name.matches("\\d\\d\\.jpg"))
        .isNotEqualTo(firstSeven());
    assertThat(html)
        .contains("<dt>Images</dt><dd>60 ")
        .contains("30 without a box")
        .contains("<dt>Boxes</dt><dd>30 <small>0.5 per image</small>")
        .contains("7 of 60 labeled images are shown");
    assertThat(names(page(labels, 7))).isEqualTo(names(html));
    assertThat(names(page(labels, 40))).hasSize(40).startsWith(names(html).toArray(String[]::new));
  }

  @Test
  void aSampleReadsSomeFilesAndSaysSo() throws IOException {
    Path table = Files.createDirectory(folder.resolve("two files"));
    for (String name : List.of("a", "b")) {
      String written =
          new TestingLabels("").labeled(name, 8, 6).write(folder.resolve("table " + name));
      Path file = onlyParquetFile(Path.of(written));
      Files.copy(file, table.resolve("part-" + name + ".parquet"));
    }
    Path page = folder.resolve("page.html");

    PreviewPage.writeSampled(TestingSpark.session(), table.toString(), page.toString(), 1);
    assertThat(Files.readString(page))
        .contains("<dt>Images</dt><dd>1 ")
        .contains("(1 of the table&#39;s 2 files; &#39;preview&#39; shows all)");

    PreviewPage.writeSampled(TestingSpark.session(), table.toString(), page.toString(), 2);
    assertThat(Files.readString(page))
        .contains("<dt>Images</dt><dd>2 ")
        .doesNotContain("of the table&#39;s");
  }

  private static Path onlyParquetFile(Path table) throws IOException {
    try (Stream<Path> files = Files.list(table)) {
      return files.filter(file -> file.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
  }

  private static List<String> firstSeven() {
    return List.of("00.jpg", "01.jpg", "02.jpg", "03.jpg", "04.jpg", "05.jpg", "06.jpg");
  }

  @Test
  void listsFailedImagesUpToALimitWithTheirTotal() throws IOException {
    TestingLabels labels = new TestingLabels("clip");
    for (int i = 0; i < 60; i++) {
      labels.failed(
          "s3a://lake/broken-" + i + ".jpg",
          i < 20 ? ErrorCategory.STORAGE : ErrorCategory.UNREADABLE,
          "cut off at " + i);
    }

    String html = page(labels, 24);

    assertThat(html)
        .contains("60 failed images")
        .contains("<bdi>storage</bdi> <b>20</b>")
        .contains("<bdi>unreadable</bdi> <b>40</b>")
        .contains("50 shown, 10 more in the table")
        .contains("No image was labeled.");
    assertThat(matches(html, "cut off at (\\d+)")).hasSize(50).doesNotHaveDuplicates();
  }

  @Test
  void noFailureMeansNoList() throws IOException {
    assertThat(page(new TestingLabels("").labeled("file:///nowhere/a.jpg", 4, 3), 24))
        .doesNotContain("<section id=\"failed\"");
  }

  @Test
  void textOfTheTableStaysText() throws IOException {
    String evil = "</script><script>alert('1')</script>\" onload=\"x&y {{cards}} \u0007été 図";
    TestingLabels labels =
        new TestingLabels(evil)
            .labeled("file:///nowhere/" + evil, 40, 30, box(evil, 0.9, new Corners(1, 2, 3, 4)))
            .failed("file:///nowhere/" + evil, ErrorCategory.INTERNAL, evil);

    String html = page(labels, 24);

    assertThat(matches(html, "(<script)")).hasSize(1);
    assertThat(html)
        .doesNotContain("alert('1')")
        .doesNotContain("\" onload=\"")
        .doesNotContain("\u0007")
        .contains("&lt;/script&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;")
        .contains("&quot; onload=&quot;x&amp;y {{cards}} \uFFFDété 図");
  }

  @Test
  void loadsNothingAndRunsOnlyItsOwnScript() throws Exception {
    String html = page(new TestingLabels("").labeled("file:///nowhere/a.jpg", 4, 3), 24);

    String script = matches(html, "(?s)<script>(.*?)</script>").get(0);
    byte[] hash = java.security.MessageDigest.getInstance("SHA-256").digest(script.getBytes(UTF_8));
    assertThat(html)
        .contains("default-src 'none'; img-src data:;")
        .contains("script-src 'sha256-" + Base64.getEncoder().encodeToString(hash) + "'")
        .doesNotContain("http://")
        .doesNotContain("https://")
        .doesNotContain("@import")
        .doesNotContain("url(");
  }

  @Test
  void embedsSmallPicturesOfFilesAndTarEntries() throws IOException {
    Path file = folder.resolve("a b#1%20.png");
    Files.write(file, png(1600, 400));
    Path archive = folder.resolve("shard.tar");
    try (OutputStream stream = Files.newOutputStream(archive)) {
      writeTar(stream, "x/one.png", png(20, 10));
    }
    TestingLabels labels =
        new TestingLabels("")
            .labeled("file://" + file, 1600, 400)
            .labeled("file://" + archive + "!/x/one.png", 20, 10)
            .labeled("file://" + archive + "!/x/absent.png", 20, 10);

    String html = page(labels, 24);

    assertThat(matches(html, "base64,([^\"]+)").stream().map(TestPreviewPage::size))
        .containsExactlyInAnyOrder("640x160", "20x10");
    assertThat(matches(html, "(Picture not shown:<br>it was not found again)")).hasSize(1);
  }

  @Test
  void picturesInParquetTablesSaySo() throws IOException {
    TestingLabels labels =
        new TestingLabels("").labeled("file:///photos/part-0.parquet!/row=17/a.jpg", 40, 30);

    assertThat(matches(page(labels, 24), "Picture not shown:<br>([^<]+)<"))
        .containsExactly("its bytes lie in a Parquet table");
  }

  @Test
  void foldersMayEndInAnExclamationMark() throws IOException {
    for (String name : List.of("wow!/a.png", "old.tar!/b.png")) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.write(file, png(20, 10));
    }
    Path archive = folder.resolve("wow!/shard.tar");
    try (OutputStream stream = Files.newOutputStream(archive)) {
      writeTar(stream, "x/one.png", png(30, 10));
    }
    TestingLabels labels =
        new TestingLabels("")
            .labeled("file://" + folder.resolve("wow!/a.png"), 20, 10)
            .labeled("file://" + folder.resolve("old.tar!/b.png"), 20, 10)
            .labeled("file://" + archive + "!/x/one.png", 30, 10);

    assertThat(matches(page(labels, 24), "base64,([^\"]+)").stream().map(TestPreviewPage::size))
        .containsExactlyInAnyOrder("20x10", "20x10", "30x10");
  }

  @Test
  void picturesThatAreGoneOrDamagedLeaveAFrame() throws IOException {
    Path damaged = Files.writeString(folder.resolve("damaged.jpg"), "no picture");
    TestingLabels labels =
        new TestingLabels("")
            .labeled("file://" + damaged, 40, 30)
            .labeled("nosuchscheme://x/gone.jpg", 40, 30)
            .labeled("file://" + folder.resolve("gone.jpg"), 40, 30);

    assertThat(matches(page(labels, 24), "Picture not shown:<br>([^<]+)<"))
        .containsExactlyInAnyOrder(
            "it could not be decoded for the preview",
            "it could not be read again, it does not exist",
            "it could not be read again, no filesystem here serves its scheme");
  }

  @Test
  void leavesOnlyThePageBehind() throws IOException {
    page(new TestingLabels("").labeled("file:///nowhere/a.jpg", 4, 3), 24);

    try (var files = Files.list(folder.resolve("out"))) {
      assertThat(files).containsExactly(folder.resolve("out/page.html"));
    }
  }

  @Test
  void whatIsNoLabelTableIsRefused() throws IOException {
    String missing = folder.resolve("missing").toString();
    String empty = Files.createDirectory(folder.resolve("empty")).toString();
    String other = folder.resolve("other").toString();
    TestingSpark.session().sql("SELECT 'x' AS image_uri, 1 AS boxes").write().parquet(other);

    assertRefused(
        missing,
        "Cannot read labels file://"
            + missing
            + ": there is no such folder (give the folder that 'label --output' wrote)");
    assertRefused(
        empty, "Cannot read labels file://" + empty + ": it holds no Parquet files (give");
    assertRefused(
        other,
        "Cannot read labels file://"
            + other
            + ": it is no label table, without column image_sha256 string, width int");
    assertRefused(other, "boxes array<struct<label_id:int");
    assertRefused(
        "nosuchscheme://x/y",
        "Invalid labels: nosuchscheme://x/y: no filesystem here serves its scheme");
  }

  private void assertRefused(String labels, String message) {
    assertThatThrownBy(() -> write(labels, folder.resolve("page.html").toString(), 24))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void impossibleRequestsAreRefused() throws IOException {
    String labels =
        new TestingLabels("")
            .labeled("file:///nowhere/a.jpg", 4, 3)
            .write(folder.resolve("labels"));
    Files.createDirectory(folder.resolve("folder.html"));

    assertThatThrownBy(() -> write(labels, folder.resolve("page.html").toString(), 0))
        .hasMessage("Invalid limit: 0 (must be from 1 to 2000)");
    assertThatThrownBy(() -> write(labels, labels, 24))
        .hasMessage("Invalid output: " + labels + " (must end in .html)");
    assertThatThrownBy(() -> write(labels, folder.resolve("folder.html").toString(), 24))
        .hasMessageMatching("Cannot write page .*/folder.html: it is a folder .*");
  }

  private String page(TestingLabels labels, int limit) throws IOException {
    Path table = Files.createTempDirectory(folder, "labels").resolve("table");
    Path page = folder.resolve("out/page.html");
    write(labels.write(table), page.toString(), limit);
    return Files.readString(page);
  }

  private static void write(String labels, String output, int limit) throws IOException {
    PreviewPage.write(TestingSpark.session(), labels, output, limit);
  }

  private static List<String> names(String html) {
    return matches(html, "data-name=\"([^\"]*)\"");
  }

  private static List<String> matches(String text, String pattern) {
    List<String> found = new ArrayList<>();
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  private static String size(String base64) {
    try {
      BufferedImage image =
          ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(base64)));
      return image.getWidth() + "x" + image.getHeight();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static byte[] png(int width, int height) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", bytes);
    return bytes.toByteArray();
  }

  private static void writeTar(OutputStream stream, String name, byte[] content)
      throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(stream)) {
      TarArchiveEntry entry = new TarArchiveEntry(name);
      entry.setSize(content.length);
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
    }
  }
}
