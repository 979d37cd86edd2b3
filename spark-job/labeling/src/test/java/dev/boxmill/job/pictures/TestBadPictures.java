package dev.boxmill.job.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.run.TestingRun;
import dev.boxmill.job.session.DetectorLabelerProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.spark.sql.Row;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From files to rows, for every picture of the corpus. */
final class TestBadPictures {
  private static final int KINDS = 40;
  private static final List<TestingPicture> CORPUS = corpus();

  @TempDir private Path folder;

  @Test
  void eachPictureOfAFolderGivesTheRightRow() throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    for (TestingPicture picture : CORPUS) {
      Path file = images.resolve(picture.name());
      Files.createDirectories(file.getParent());
      Files.write(file, picture.file());
    }

    assertRows(images, TestingSpark.uri(images) + "/");
  }

  @Test
  void eachPictureOfAnArchiveGivesTheRightRow() throws IOException {
    Path archive = folder.resolve("images.tar");
    try (OutputStream stream = Files.newOutputStream(archive);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(stream, "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (TestingPicture picture : CORPUS) {
        TarArchiveEntry entry = new TarArchiveEntry(picture.name(), true);
        entry.setSize(picture.file().length);
        tar.putArchiveEntry(entry);
        tar.write(picture.file());
        tar.closeArchiveEntry();
      }
    }

    assertRows(archive, TestingSpark.uri(archive) + "!/");
  }

  @Test
  void namesThatClimbOutOfAnArchiveAreNamesAlone() throws IOException {
    byte[] picture = CORPUS.get(0).file();
    Path inner = Files.createDirectories(folder.resolve("a/b"));
    Path archive = inner.resolve("climbing.tar");
    String absolute = folder.resolve("absolute.png").toString();
    List<String> names = List.of("../up.png", "../../up.png", "x/../../../up.png", absolute);
    try (OutputStream stream = Files.newOutputStream(archive);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(stream)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (String name : names) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(picture.length);
        tar.putArchiveEntry(entry);
        tar.write(picture);
        tar.closeArchiveEntry();
      }
    }

    Map<String, Row> rows = label(over(archive));

    assertThat(rows.keySet())
        .containsExactlyInAnyOrderElementsOf(
            names.stream().map(name -> TestingSpark.uri(archive) + "!/" + name).toList());
    assertThat(rows.values()).allMatch(row -> text(row).equals("ok 263x230"));
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(file -> file.toString().endsWith(".png"))).isEmpty();
    }
  }

  @Test
  void moreThanTheAllowedPixelsAreRefusedAndLabeledOnceAllowed() throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    Files.write(images.resolve("a.png"), CORPUS.get(0).file());

    Row refused = label(over(images).maxPixels(60489)).values().iterator().next();
    assertThat(text(refused))
        .isEqualTo(
            "failed refused: Cannot decode the PNG: its 263x230 pixels are over the limit of 60489"
                + " (make the image smaller, or raise --max-pixels)");

    Row allowed = label(over(images).maxPixels(60490).retryingFailed()).values().iterator().next();
    assertThat(text(allowed)).isEqualTo("ok 263x230");
    assertThat(allowed.<String>getAs("fingerprint")).isEqualTo(refused.getAs("fingerprint"));
  }

  private void assertRows(Path input, String prefix) throws IOException {
    Map<String, Row> rows = label(over(input));
    assertThat(CORPUS).hasSizeGreaterThan(KINDS);
    assertThat(rows).hasSameSizeAs(CORPUS);
    SoftAssertions softly = new SoftAssertions();
    for (TestingPicture picture : CORPUS) {
      Row row = rows.get(prefix + picture.name());
      softly.assertThat(row).as(picture.name()).isNotNull();
      if (row != null) {
        softly.assertThat(text(row)).as(picture.name()).matches("(?s)" + picture.row());
        picture
            .twin()
            .map(twin -> rows.get(prefix + twin))
            .ifPresent(
                twin ->
                    softly
                        .assertThat(row.getList(row.fieldIndex("boxes")))
                        .as(picture.name())
                        .isNotEmpty()
                        .isEqualTo(twin.getList(twin.fieldIndex("boxes"))));
      }
    }
    softly.assertAll();
  }

  private TestingRun over(Path input) {
    return TestingRun.of(folder.resolve("labels"), input);
  }

  private Map<String, Row> label(TestingRun run) {
    assertThat(run.run(new DetectorLabelerProvider()).failure()).isNull();
    String labels = folder.resolve("labels").toString();
    Map<String, Row> rows = new HashMap<>();
    for (Row row : TestingSpark.session().read().parquet(labels).collectAsList()) {
      rows.put(row.getAs("image_uri"), row);
    }
    return rows;
  }

  private static String text(Row row) {
    return row.getAs("status").equals("ok")
        ? "ok " + row.getAs("width") + "x" + row.getAs("height")
        : "failed " + row.getAs("error_category") + ": " + row.getAs("error_message");
  }

  private static List<TestingPicture> corpus() {
    String name = "/dev/boxmill/job/samples/images/scene-000000.jpg";
    try (InputStream in = TestBadPictures.class.getResourceAsStream(name)) {
      return TestingCorpus.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
