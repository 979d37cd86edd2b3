package dev.boxmill.job.source;

import static dev.boxmill.job.TestingSpark.uri;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.images.ReadContent;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.HadoopSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

final class TestInputListing {

  @TempDir Path folder;

  @Test
  void folderGivesImagesOfAllDepthsAndLeavesOutTheRest() throws IOException {
    write("photos/a.jpg");
    write("photos/deep/er/b.PNG");
    write("photos/notes.txt");
    write("photos/.hidden.jpg");
    write("photos/_temporary/c.jpg");

    ListedInputs inputs = list(InputFormat.AUTO, folder.resolve("photos"));

    assertThat(inputs.files().images()).hasValue(2);
    assertThat(contents(inputs).keySet())
        .containsExactly(
            uri(folder.resolve("photos/a.jpg")), uri(folder.resolve("photos/deep/er/b.PNG")));
    assertThat(inputs.decisions())
        .containsExactly(
            "Input "
                + folder.resolve("photos")
                + ": files, 2 image files (1 other files left out)");
  }

  @Test
  void manifestThatNamesAStoreWithoutItsClientIsRefused() throws IOException {
    Path manifest = Files.writeString(folder.resolve("list.txt"), "s3a://photos/a.jpg\n");

    assertThatThrownBy(() -> list(InputFormat.AUTO, manifest))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(
            "Cannot open s3a://photos/a.jpg: the client of the filesystem s3a is not on the class");
  }

  @Test
  void picturesOfCamerasMayStartWithAnUnderscore() throws IOException {
    write("photos/_DSC1234.JPG");
    write("photos/day/_MG_0001.jpg");
    write("photos/_boxmill/preview.jpg");
    write("photos/_SUCCESS");
    tar("shots.tar", "_DSC1.jpg", "._DSC1.jpg");

    ListedInputs files = list(InputFormat.AUTO, folder.resolve("photos"));
    assertThat(contents(files).keySet())
        .containsExactly(
            uri(folder.resolve("photos/_DSC1234.JPG")),
            uri(folder.resolve("photos/day/_MG_0001.jpg")));
    assertThat(files.decisions())
        .containsExactly("Input " + folder.resolve("photos") + ": files, 2 image files");
    assertThat(contents(list(InputFormat.AUTO, folder.resolve("shots.tar"))).keySet())
        .containsExactly(uri(folder.resolve("shots.tar")) + "!/_DSC1.jpg");
  }

  @Test
  void foldersOfOtherStoresHideTheSameNames() throws IOException {
    write("photos/_DSC1234.JPG");
    write("photos/_boxmill/a.jpg");
    write("photos/.trash/b.jpg");
    write("photos/.c.jpg");
    write("photos/_SUCCESS");
    Configuration hadoop = new Configuration(false);
    hadoop.set("fs.defaultFS", "file:///");
    hadoop.set("fs.file.impl", RecursiveListing.class.getName());
    hadoop.setBoolean("fs.file.impl.disable.cache", true);

    FoundFiles found = FoundFiles.of(folder.resolve("photos").toString(), hadoop, file -> false);

    assertThat(found.inFolders().stream().map(file -> file.getPath().getName()))
        .containsExactly("_DSC1234.JPG");
  }

  /** The local disk, which does not show that it is the local disk. */
  public static final class RecursiveListing extends FilterFileSystem {
    public RecursiveListing() {
      super(new RawLocalFileSystem());
    }
  }

  @Test
  void namesMayHoldAnyCharacter() throws IOException {
    List<String> names =
        List.of(
            "a b.jpg",
            "größe-写真.jpg",
            "50%.jpg",
            "a%20b.jpg",
            "no#1.jpg",
            "10:30.jpg",
            "q?*[1].jpg",
            "a,b.jpg",
            "quote\"d.jpg",
            "plus+&=;'.jpg",
            "back\\slash.jpg");
    for (String name : names) {
      write("odd/" + name, "content of " + name);
    }
    StringBuilder manifest = new StringBuilder("id,uri\n");
    for (String name : names) {
      manifest.append("1,\"odd/").append(name.replace("\"", "\"\"")).append("\"\n");
    }
    write("list.csv", manifest.toString());

    for (Path input : List.of(folder.resolve("odd"), folder.resolve("list.csv"))) {
      Map<String, String> contents = contents(list(InputFormat.AUTO, input));
      assertThat(contents).hasSize(names.size());
      for (String name : names) {
        assertThat(contents)
            .containsEntry(uri(folder.resolve("odd")) + "/" + name, "content of " + name);
      }
    }
  }

  @Test
  void namedFilesAreImagesWhateverTheyAreCalled() throws IOException {
    write("picture.weird");
    write("a:b");

    ListedInputs inputs =
        list(InputFormat.AUTO, folder.resolve("picture.weird"), folder.resolve("a:b"));

    assertThat(contents(inputs).keySet())
        .containsExactly(uri(folder.resolve("a:b")), uri(folder.resolve("picture.weird")));
  }

  @Test
  void patternGivesItsMatches() throws IOException {
    write("one/a.jpg");
    write("two/b.jpg");
    write("three/c.jpg");

    ListedInputs inputs = list(InputFormat.AUTO, folder.resolve("t*/*.jpg"));

    assertThat(contents(inputs).keySet())
        .containsExactly(uri(folder.resolve("three/c.jpg")), uri(folder.resolve("two/b.jpg")));
  }

  @Test
  void inputsGivenTwiceCountOnce() throws IOException {
    write("photos/a.jpg");
    write("photos/b.jpg");
    write("list.txt", "photos/a.jpg\n" + uri(folder.resolve("photos/b.jpg")) + "\n");

    ListedInputs inputs =
        list(
            InputFormat.AUTO,
            folder.resolve("photos"),
            folder.resolve("photos/a.jpg"),
            folder.resolve("list.txt"));

    assertThat(inputs.files().images()).hasValue(2);
    assertThat(inputs.files().duplicates()).isEqualTo(3);
    assertThat(contents(inputs)).hasSize(2);
  }

  @Test
  void manifestTakesTheUriColumnOrWholeLines() throws IOException {
    write("photos/a, b.jpg", "A");
    write("lines.txt", "\uFEFFphotos/a, b.jpg\r\n\r\nphotos/gone.jpg\r\n");
    write("table.csv", "width,Path\n3,\"photos/a, b.jpg\"\n4,photos/gone.jpg\n");
    write("headless.csv", "photos/a.jpg\n");

    for (String manifest : List.of("lines.txt", "table.csv")) {
      ListedInputs inputs = list(InputFormat.AUTO, folder.resolve(manifest));
      assertThat(contents(inputs))
          .containsEntry(uri(folder.resolve("photos/a, b.jpg")), "A")
          .containsEntry(
              uri(folder.resolve("photos/gone.jpg")),
              "storage: Cannot read "
                  + uri(folder.resolve("photos/gone.jpg"))
                  + ": it does not exist");
      assertThat(inputs.decisions().get(0)).endsWith(": manifest, it names 2 images");
    }
    assertThat(list(InputFormat.AUTO, folder.resolve("headless.csv")).files().images()).hasValue(1);
  }

  @Test
  void parquetManifestNamesImagesRelativeToItself() throws IOException {
    write("photos/a.jpg", "A");
    StructType schema = StructType.fromDDL("image_uri string, split string");
    parquet("table", schema, RowFactory.create("../photos/a.jpg", "train"));

    ListedInputs inputs = list(InputFormat.AUTO, folder.resolve("table"));

    assertThat(contents(inputs))
        .containsExactly(Map.entry(uri(folder.resolve("photos/a.jpg")), "A"));
  }

  @Test
  void parquetRowsAreNamedByTheirColumns() {
    StructType faces = StructType.fromDDL("image struct<bytes:binary,path:string>, label int");
    parquet(
        "hugging face",
        faces,
        RowFactory.create(RowFactory.create(bytes("A"), "a.jpg"), 1),
        RowFactory.create(RowFactory.create(bytes("B"), null), 1),
        RowFactory.create(RowFactory.create(null, "c.jpg"), 1));

    Map<String, String> contents = contents(list(InputFormat.AUTO, folder.resolve("hugging face")));

    String file = contents.keySet().iterator().next().replaceFirst("!/.*", "");
    assertThat(file).startsWith(uri(folder.resolve("hugging face")) + "/part-");
    assertThat(contents)
        .containsExactly(
            Map.entry(file + "!/a.jpg", "A"),
            Map.entry(
                file + "!/c.jpg",
                "storage: Cannot read " + file + "!/c.jpg: its row holds no bytes"),
            Map.entry(file + "!/row=1", "B"));
  }

  @Test
  void parquetRowsOfWholeUrisKeepThemAndCountOnce() {
    StructType files = StructType.fromDDL("path string, content binary");
    parquet(
        "files",
        files,
        RowFactory.create("s3a://bucket/a.jpg", bytes("A")),
        RowFactory.create("s3a://bucket/b.jpg", bytes("B")),
        RowFactory.create("s3a://bucket/a.jpg", bytes("A")));

    ListedInputs inputs = list(InputFormat.PARQUET, folder.resolve("files"));

    assertThat(inputs.files().duplicates()).isEqualTo(1);
    assertThat(inputs.files().images()).hasValue(2);
    assertThat(contents(inputs))
        .containsExactly(
            Map.entry("s3a://bucket/a.jpg", "A"), Map.entry("s3a://bucket/b.jpg", "B"));
  }

  @Test
  void imagesOfSeveralSourcesCountOnce() throws IOException {
    write("a.jpg", "A");
    StructType files = StructType.fromDDL("path string, content binary");
    Row same = RowFactory.create(uri(folder.resolve("a.jpg")), bytes("A"));
    Row other = RowFactory.create("s3a://bucket/b.jpg", bytes("B"));
    parquet("one", files, same, other);
    parquet("two", files, other);
    Path one = folder.resolve("one");

    ListedInputs inputs =
        list(InputFormat.AUTO, folder.resolve("a.jpg"), one, one, folder.resolve("two"));

    assertThat(contents(inputs))
        .containsExactly(
            Map.entry(uri(folder.resolve("a.jpg")), "A"), Map.entry("s3a://bucket/b.jpg", "B"));
    assertThat(inputs.files().images()).hasValue(2);
    assertThat(inputs.files().duplicates()).isEqualTo(2);
  }

  @Test
  void parquetRowsOfRepeatedNamesAreToldApart() {
    StructType rows = StructType.fromDDL("id int, bytes binary");
    parquet(
        "rows",
        rows,
        RowFactory.create(7, bytes("A")),
        RowFactory.create(7, bytes("B")),
        RowFactory.create(8, bytes("C")));

    ListedInputs inputs = list(InputFormat.AUTO, folder.resolve("rows"));

    assertThat(contents(inputs).keySet())
        .extracting(uri -> uri.replaceFirst(".*!/", ""))
        .containsExactly("row=0/7", "row=1/7", "row=2/8");
    assertThat(inputs.decisions().get(0))
        .endsWith("3 rows with image bytes (names repeat in 1 file: its images are named by row)");
  }

  @Test
  void archivesAreStreamed() throws IOException {
    write("shards/readme.md");
    tar("shards/0.tar", "x/1.jpg", "x/1.json", "x/2.png", "x/._2.png");
    tar("shards/1.tar.gz", "3.jpg", "größe %1.webp", "3.jpg");

    ListedInputs inputs = list(InputFormat.AUTO, folder.resolve("shards"));

    assertThat(inputs.files().images()).isEmpty();
    String shards = uri(folder.resolve("shards"));
    assertThat(contents(inputs))
        .containsExactly(
            Map.entry(shards + "/0.tar!/x/1.jpg", "x/1.jpg"),
            Map.entry(shards + "/0.tar!/x/2.png", "x/2.png"),
            Map.entry(shards + "/1.tar.gz!/3.jpg", "3.jpg"),
            Map.entry(shards + "/1.tar.gz!/größe %1.webp", "größe %1.webp"));
  }

  @Test
  void archiveThatBreaksOffGivesItsWholeImagesAndSaysSo() throws IOException {
    tar("broken.tar", "1.jpg", "2.jpg", "3.jpg");
    Path archive = folder.resolve("broken.tar");
    Files.write(archive, Arrays.copyOf(Files.readAllBytes(archive), 512 * 3 + 2));

    Map<String, String> contents = contents(list(InputFormat.AUTO, archive));

    assertThat(contents).hasSize(2).containsEntry(uri(archive) + "!/1.jpg", "1.jpg");
    assertThat(contents.get(uri(archive)))
        .isEqualTo(
            "storage: Cannot read archive "
                + uri(archive)
                + ": it breaks off after its entry 1.jpg, Truncated TAR archive");
  }

  @Test
  void missingInputIsRefused() {
    Path missing = folder.resolve("missing");
    assertRefused("Cannot read input " + missing + ": it does not exist (check the path)", missing);
  }

  @Test
  void relativeMissingInputSaysWhereItStarts() {
    assertThatThrownBy(
            () ->
                InputListing.list(
                    TestingSpark.session(),
                    List.of("no/such/folder"),
                    InputFormat.AUTO,
                    Optional.empty()))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot read input no/such/folder: it does not exist"
                + " (check the path; it starts at the working directory)");
  }

  @Test
  void patternWithoutMatchIsRefused() {
    Path pattern = folder.resolve("*.jpg");
    assertRefused(
        "Cannot read input " + pattern + ": nothing matches the pattern (check the path)", pattern);
  }

  @Test
  void emptyFolderIsRefused() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertRefused(
        "Cannot read input " + empty + ": the folder is empty (name a folder that holds images)",
        empty);
  }

  @Test
  void folderWithoutImagesIsRefused() throws IOException {
    write("texts/a.txt");
    write("texts/b.txt");
    write("texts/README");
    Path texts = folder.resolve("texts");
    assertRefused(
        "Cannot read input "
            + texts
            + ": nothing in it looks like an image (found: 2 txt, 1 without extension; known: jpg,"
            + " jpeg, jpe, jfif, png, webp, gif, bmp, dib, tif, tiff; or set --input-format)",
        texts);
  }

  @Test
  void unknownSchemesAreRefusedWithTheRemedy() {
    assertThatThrownBy(
            () ->
                InputListing.list(
                    TestingSpark.session(),
                    List.of("s3://bucket/photos"),
                    InputFormat.AUTO,
                    Optional.empty()))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot read input s3://bucket/photos: no filesystem here serves its scheme"
                + " (write s3a://bucket/photos)");
  }

  @Test
  void manifestOfUnknownSchemeIsRefused() throws IOException {
    write("list.txt", "gopher://a/b.jpg\n");
    Path manifest = folder.resolve("list.txt");
    assertRefused(
        "Cannot read input gopher://a/b.jpg of manifest "
            + uri(manifest)
            + ": no filesystem here serves its scheme (check the path)",
        manifest);
  }

  @Test
  void manifestWithoutUriColumnIsRefused() throws IOException {
    write("list.csv", "name,width\na.jpg,3\n");
    Path manifest = folder.resolve("list.csv");
    assertRefused(
        "Cannot read manifest "
            + uri(manifest)
            + ": its first line names no column of URIs"
            + " (known: uri, image_uri, path, url; found: name, width)",
        manifest);
  }

  @Test
  void emptyManifestIsRefused() throws IOException {
    write("list.csv", "uri\n");
    Path manifest = folder.resolve("list.csv");
    assertRefused(
        "Cannot read manifest "
            + uri(manifest)
            + ": it names no image (write one URI per line, or a CSV with a column uri)",
        manifest);
  }

  @Test
  void parquetWithoutKnownColumnIsRefused() {
    parquet("table", StructType.fromDDL("a int"), RowFactory.create(1));
    Path table = folder.resolve("table");
    assertRefused(
        "Cannot read input "
            + table
            + ": no column of URIs (known: uri, image_uri, path, url; found: struct<a:int>)",
        table);
    assertThatThrownBy(() -> list(InputFormat.PARQUET, table))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot read input "
                + table
                + ": no column of image bytes (known: image.bytes, bytes, content, image;"
                + " found: struct<a:int>)");
  }

  @Test
  void brokenParquetIsRefused() throws IOException {
    write("table.parquet", "no parquet at all");
    Path table = folder.resolve("table.parquet");
    assertThatThrownBy(() -> list(InputFormat.AUTO, table))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("Cannot read input " + table + " as Parquet: ")
        .hasMessageContaining("is not a Parquet file")
        .hasMessageEndingWith("(name whole Parquet files)");
  }

  @Test
  void archiveWithoutImagesIsRefused() throws IOException {
    tar("texts.tar", "a.txt");
    Path archive = folder.resolve("texts.tar");
    assertRefused(
        "Cannot read input "
            + archive
            + ": no image in its tar archives, "
            + uri(archive)
            + ": it holds no image (name tar or tar.gz files with jpg, jpeg, jpe, jfif, png, webp,"
            + " gif, bmp, dib, tif, tiff in them)",
        archive);
  }

  private void assertRefused(String message, Path input) {
    assertThatThrownBy(() -> list(InputFormat.AUTO, input))
        .isInstanceOf(BadInputException.class)
        .hasMessage(message);
  }

  private static ListedInputs list(InputFormat format, Path... inputs) {
    return InputListing.list(
        TestingSpark.session(),
        Arrays.stream(inputs).map(Path::toString).toList(),
        format,
        Optional.empty());
  }

  /** What tasks read: content by URI, or category and message of the failure. */
  private static Map<String, String> contents(ListedInputs inputs) {
    Map<String, String> contents = new TreeMap<>();
    List<ListedFile> files = new ArrayList<>();
    inputs.files().forEach(files::add);
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(TestingSpark.session().sparkContext());
    inputs
        .images(files, TestingSpark.session(), HadoopSettings.broadcast(context))
        .map(image -> new Tuple2<>(image.uri(), ReadContent.of(image)))
        .collect()
        .forEach(
            read -> assertThat(contents.put(read._1(), read._2())).as("twice: " + read).isNull());
    return contents;
  }

  private void parquet(String name, StructType schema, Row... rows) {
    TestingSpark.session()
        .createDataFrame(List.of(rows), schema)
        .coalesce(1)
        .write()
        .parquet(folder.resolve(name).toString());
  }

  private void tar(String name, String... entries) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    OutputStream stream = Files.newOutputStream(file);
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(
            name.endsWith("gz") ? new GZIPOutputStream(stream) : stream, "UTF-8")) {
      for (String entry : entries) {
        byte[] content = bytes(entry);
        TarArchiveEntry header = new TarArchiveEntry(entry);
        header.setSize(content.length);
        tar.putArchiveEntry(header);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
  }

  private void write(String name) throws IOException {
    write(name, name);
  }

  private void write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private static byte[] bytes(String content) {
    return content.getBytes(StandardCharsets.UTF_8);
  }
}
