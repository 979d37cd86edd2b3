package dev.boxmill.job.source;

import static dev.boxmill.job.TestingSpark.uri;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.images.ImageNames;
import dev.boxmill.job.images.ReadContent;
import dev.boxmill.job.lists.AddressColumns;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.HadoopSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
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
                + ": files, 2 image files (1 other files left out), 1 folder left out:"
                + " names that begin with _ or . (_temporary), 1 file left out: hidden, or left behind by"
                + " a system (.hidden.jpg)");
  }

  @Test
  void picturesThatAreNotReadAreCountedByKind() throws IOException {
    write("photos/a.jpg");
    write("photos/scan.jp2");
    write("photos/IMG_1.HEIC");
    write("photos/deep/IMG_2.heic");
    write("photos/IMG_3.heif");
    write("photos/web.avif");
    write("photos/chest.dcm");
    write("photos/DSC_1.NEF");
    write("photos/DSC_2.cr2");
    write("photos/MVI_1.MP4");
    write("photos/notes.txt");

    ListedInputs inputs = list(InputFormat.AUTO, folder.resolve("photos"));

    assertThat(inputs.files().images()).hasValue(2);
    assertThat(inputs.decisions())
        .containsExactly(
            "Input "
                + folder.resolve("photos")
                + ": files, 2 image files (1 AVIF file left out, 1 DICOM file left out,"
                + " 3 HEIC files left out, 2 raw photo files left out,"
                + " 1 video file left out, 1 other files left out)");
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
        .containsExactly(
            "Input "
                + folder.resolve("photos")
                + ": files, 2 image files, 1 folder left out: names that begin with _ or ."
                + " (_boxmill)");
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
    assertThat(found.leftOut().note())
        .isEqualTo(
            ", 2 folders left out: names that begin with _ or . (.trash, _boxmill), 1 file left out:"
                + " hidden, or left behind by a system (.c.jpg)");
  }

  @Test
  void entriesThatCannotBeReadCostTheirOwnRowsOnly() throws Exception {
    write("photos/a.jpg", "A");
    write("photos/deep/b.jpg", "B");
    Path photos = folder.resolve("photos");
    Files.createSymbolicLink(photos.resolve("gone.jpg"), Path.of("nowhere"));
    Files.createSymbolicLink(photos.resolve("round.jpg"), Path.of("round.jpg"));
    Files.createSymbolicLink(photos.resolve("gone.txt"), Path.of("nowhere"));
    Files.createSymbolicLink(photos.resolve("deep/up"), Path.of(".."));
    Files.createSymbolicLink(photos.resolve("again"), Path.of("deep"));
    String pipe = photos.resolve("pipe.jpg").toString();
    assertThat(new ProcessBuilder("mkfifo", pipe).inheritIO().start().waitFor()).isZero();
    String failed = "storage: Cannot read " + uri(photos);

    ListedInputs inputs = list(InputFormat.AUTO, photos);

    assertThat(contents(inputs))
        .containsExactly(
            Map.entry(uri(photos) + "/a.jpg", "A"),
            Map.entry(uri(photos) + "/again/b.jpg", "B"),
            Map.entry(uri(photos) + "/deep/b.jpg", "B"),
            Map.entry(uri(photos) + "/gone.jpg", failed + "/gone.jpg: it is a link to nothing"),
            Map.entry(
                uri(photos) + "/pipe.jpg",
                failed + "/pipe.jpg: it is a pipe, a socket or a device"),
            Map.entry(
                uri(photos) + "/round.jpg",
                failed + "/round.jpg: it is a link that leads back to itself"));
    assertThat(inputs.decisions())
        .containsExactly(
            "Input "
                + photos
                + ": files, 6 image files, 1 folder left out: a link back to a folder around it"
                + " (up), 1 file left out: a pipe, a socket, a device or a link to nothing"
                + " (gone.txt)");
  }

  @Test
  void pipesInPlaceOfArchivesAndTablesAreRefused() throws Exception {
    for (String name : List.of("a.tar", "a.parquet")) {
      Path pipe = folder.resolve(name);
      assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
      assertThatThrownBy(() -> list(InputFormat.AUTO, pipe))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("it is a pipe, a socket or a device");
    }
  }

  @Test
  void namesThatAreNoTextAreToldApart() throws IOException {
    Path photos = Files.createDirectory(folder.resolve("photos"));
    for (String name : List.of("gr%F6.jpg", "gr%E4.jpg", "gr%C3%B6.jpg")) {
      Files.writeString(Path.of(URI.create(photos.toUri() + name)), name);
    }

    ListedInputs inputs = list(InputFormat.AUTO, photos);

    assertThat(inputs.files().duplicates()).isZero();
    assertThat(contents(inputs))
        .containsExactly(
            Map.entry(uri(photos) + "/gr\\xE4.jpg", "gr%E4.jpg"),
            Map.entry(uri(photos) + "/gr\\xF6.jpg", "gr%F6.jpg"),
            Map.entry(uri(photos) + "/grö.jpg", "gr%C3%B6.jpg"));
  }

  @Test
  void namesOfOtherLettersAreReadUnderAnyLocale() throws Exception {
    write("photos/größe.jpg", "G");
    write("photos/grüße/写真.jpg", "S");
    ProcessBuilder posix =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            TestingListing.class.getName(),
            folder.resolve("photos").toString());
    posix.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    posix.environment().put("LC_ALL", "C");
    Process process = posix.redirectError(ProcessBuilder.Redirect.INHERIT).start();

    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isZero();
    assertThat(printed.lines())
        .containsExactlyInAnyOrder(
            uri(folder.resolve("photos/größe.jpg")) + "=G",
            uri(folder.resolve("photos/grüße/写真.jpg")) + "=S");
  }

  @Test
  void filesNamedLikeEntriesOfAnArchiveAreToldApart() throws IOException {
    tar("a.tar", "x.jpg", "y.jpg");
    write("a.tar!/x.jpg", "a file");
    StructType rows = StructType.fromDDL("path string, bytes binary");
    parquet("table", rows, RowFactory.create("x.jpg", bytes("a row")));
    String part = uri(Path.of(partOf("table")));
    write("table/" + Path.of(partOf("table")).getFileName() + "!/x.jpg", "another file");

    assertThat(
            contents(
                list(
                    InputFormat.AUTO,
                    folder.resolve("a.tar"),
                    folder.resolve("a.tar!"),
                    Path.of(partOf("table")),
                    Path.of(partOf("table") + "!"))))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                uri(folder.resolve("a.tar")) + "!/x.jpg",
                "a file",
                uri(folder.resolve("a.tar")) + "!//x.jpg",
                "x.jpg",
                uri(folder.resolve("a.tar")) + "!//y.jpg",
                "y.jpg",
                part + "!/x.jpg",
                "another file",
                part + "!//x.jpg",
                "a row"));
  }

  @Test
  void damagedRowGroupCostsItsOwnRowsOnly() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      rows.add(RowFactory.create(i + ".jpg", bytes(i + "x".repeat(100))));
    }
    Path part = inGroups("table", "path string, bytes binary", rows);
    damage(part, 1, "bytes");

    ListedInputs inputs = list(InputFormat.AUTO, folder.resolve("table"));
    Map<String, String> contents = contents(inputs);

    assertThat(inputs.files().images()).hasValue(300);
    assertThat(contents).hasSize(300);
    for (int i = 0; i < 300; i++) {
      String content = contents.get(uri(part) + "!/" + i + ".jpg");
      if (i < 100 || i >= 200) {
        assertThat(content).isEqualTo(i + "x".repeat(100));
      } else {
        assertThat(content)
            .startsWith(
                "storage: Cannot read "
                    + uri(part)
                    + "!/"
                    + i
                    + ".jpg: its table is damaged from here on, row group 2 of "
                    + uri(part)
                    + ": ");
      }
    }
  }

  @Test
  void rowsWhoseNamesAreDamagedAreNamedByNumber() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      rows.add(RowFactory.create(i + ".jpg", bytes("content " + i)));
    }
    Path part = inGroups("table", "path string, bytes binary", rows);
    damage(part, 1, "path");

    ListedInputs inputs = list(InputFormat.AUTO, folder.resolve("table"));

    assertThat(inputs.files().images()).isEmpty();
    assertThat(contents(inputs))
        .hasSize(300)
        .containsEntry(uri(part) + "!/99.jpg", "content 99")
        .containsEntry(uri(part) + "!/row=100", "content 100")
        .containsEntry(uri(part) + "!/200.jpg", "content 200");
  }

  @Test
  void fileThatIsNoParquetBesideOthersGivesOneRow() throws IOException {
    StructType rows = StructType.fromDDL("path string, bytes binary");
    parquet("table", rows, RowFactory.create("a.jpg", bytes("A")));
    String sound = partOf("table");
    write("table/a-broken.parquet", "no parquet at all");
    String broken = uri(folder.resolve("table/a-broken.parquet"));

    ListedInputs inputs = list(InputFormat.AUTO, folder.resolve("table"));

    assertThat(contents(inputs))
        .containsEntry(uri(Path.of(sound)) + "!/a.jpg", "A")
        .hasSize(2)
        .hasEntrySatisfying(
            broken,
            content ->
                assertThat(content)
                    .startsWith(
                        "storage: Cannot read "
                            + broken
                            + ": it is no whole Parquet file, "
                            + broken
                            + " is not a Parquet file"));
    assertThat(inputs.decisions().get(0))
        .contains(": parquet, 1 row with image bytes (1 file that can't be read as Parquet: ");
  }

  @Test
  void namesOfOtherTypesAreThoseThatSparkWrites() {
    StructType rows = StructType.fromDDL("id double, bytes binary");
    parquet("table", rows, RowFactory.create(1.5, bytes("A")));

    assertThat(contents(list(InputFormat.AUTO, folder.resolve("table"))))
        .containsExactly(Map.entry(uri(Path.of(partOf("table"))) + "!/1.5", "A"));
  }

  /** Writes a table of one file, in row groups of a hundred. */
  private Path inGroups(String name, String schema, List<Row> rows) {
    TestingSpark.session()
        .createDataFrame(rows, StructType.fromDDL(schema))
        .coalesce(1)
        .write()
        .option("parquet.block.size", 1)
        .option("parquet.enable.dictionary", false)
        .option("compression", "none")
        .parquet(folder.resolve(name).toString());
    return Path.of(partOf(name));
  }

  /** Overwrites the header of a column's pages in a row group. */
  private static void damage(Path table, int group, String column) throws IOException {
    long start = 0;
    try (ParquetFileReader reader =
        ParquetFileReader.open(new WatchedInput(uri(table), new Configuration()))) {
      assertThat(reader.getFooter().getBlocks()).hasSize(3);
      for (ColumnChunkMetaData chunk : reader.getFooter().getBlocks().get(group).getColumns()) {
        if (chunk.getPath().toDotString().equals(column)) {
          start = chunk.getStartingPos();
        }
      }
    }
    try (RandomAccessFile file = new RandomAccessFile(table.toFile(), "rw")) {
      file.seek(start);
      file.write(bytes("?".repeat(40)));
    }
  }

  private String partOf(String table) {
    try (Stream<Path> files = Files.list(folder.resolve(table))) {
      return files
          .map(Path::toString)
          .filter(name -> name.endsWith(".parquet") && name.contains("/part-"))
          .findFirst()
          .orElseThrow();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Test
  void addressThatNothingReadsCostsItsOwnRowOnly() throws IOException {
    write("photos/a.jpg", "A");
    write("list.txt", "photos/a.jpg\ngopher://a/b.jpg\ns3a://photos/c.jpg\n");

    ListedInputs inputs = list(InputFormat.AUTO, folder.resolve("list.txt"));

    assertThat(inputs.decisions().get(0))
        .endsWith(
            ": manifest, it names 3 images (2 of addresses that nothing here reads: they will"
                + " fail)");
    assertThat(contents(inputs))
        .hasSize(3)
        .containsEntry(uri(folder.resolve("photos/a.jpg")), "A")
        .containsEntry(
            "gopher://a/b.jpg",
            "storage: Cannot read gopher://a/b.jpg: no filesystem here serves its scheme")
        .hasEntrySatisfying(
            "s3a://photos/c.jpg",
            content ->
                assertThat(content).startsWith("storage: Cannot read s3a://photos/c.jpg: Cannot"));
  }

  @Test
  void listingContactsNoHostThatAManifestNames() throws IOException {
    try (ServerSocket host = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      host.setSoTimeout(1);
      String uri = "ftp://localhost:" + host.getLocalPort() + "/a.jpg";
      write("list.txt", uri + "\n");

      assertThat(list(InputFormat.AUTO, folder.resolve("list.txt")).files().images()).hasValue(1);

      assertThatThrownBy(host::accept).isInstanceOf(SocketTimeoutException.class);
    }
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
  void linksToNothingThatAPatternMatchesGetTheirRows() throws IOException {
    write("photos/a.jpg", "A");
    Files.createSymbolicLink(folder.resolve("photos/gone.jpg"), Path.of("nowhere"));
    Files.createSymbolicLink(folder.resolve("photos/round.jpg"), Path.of("round.jpg"));
    String photos = uri(folder.resolve("photos"));

    assertThat(contents(list(InputFormat.AUTO, folder.resolve("p*/*.jpg"))))
        .containsExactly(
            Map.entry(photos + "/a.jpg", "A"),
            Map.entry(
                photos + "/gone.jpg",
                "storage: Cannot read " + photos + "/gone.jpg: it is a link to nothing"),
            Map.entry(
                photos + "/round.jpg",
                "storage: Cannot read "
                    + photos
                    + "/round.jpg: it is a link that leads back to itself"));
  }

  @Test
  void whatAListNamesCostsItsOwnRowOnly() throws Exception {
    write("photos/a b.jpg", "A");
    write("photos/c.jpg", "C");
    Path photos = folder.resolve("photos");
    Files.createSymbolicLink(photos.resolve("gone.jpg"), Path.of("nowhere"));
    String pipe = photos.resolve("pipe.jpg").toString();
    assertThat(new ProcessBuilder("mkfifo", pipe).start().waitFor()).isZero();
    write(
        "list.jsonl",
        """
        {"image": "%s/a%%20b.jpg"}
        {"image": "photos/c.jpg"}
        {"image": "photos/gone.jpg"}
        {"image": "photos/pipe.jpg"}
        {"image": "photos"}
        {"image": "/dev/zero"}
        {"image": "C:\\\\photos\\\\a.jpg"}
        {"image": "photos\\\\c.jpg"}
        {"image": "foo://a/b.jpg"}
        {"image": "https://anna:SECRET@host/a.jpg"}
        {"image": 7}
        """
            .formatted(uri(photos)));
    String there = uri(folder);

    ListedInputs inputs = list(InputFormat.AUTO, folder.resolve("list.jsonl"));
    Map<String, String> contents = contents(inputs);

    assertThat(inputs.decisions().get(0))
        .endsWith(
            ": manifest, it names 11 images (3 of addresses that nothing here reads: they will"
                + " fail) (1 of lines that name none: they will fail)");
    assertThat(contents)
        .hasSize(11)
        .containsEntry(there + "/photos/a b.jpg", "A")
        .containsEntry(there + "/photos/c.jpg", "C");
    assertFails(contents, there + "/photos/gone.jpg", "it is a link to nothing");
    assertFails(contents, there + "/photos/pipe.jpg", "it is a pipe, a socket or a device");
    assertFails(contents, there + "/photos", "it is a folder");
    assertFails(contents, "file:///dev/zero", "it is a pipe, a socket or a device");
    assertFails(
        contents,
        "C:\\photos\\a.jpg",
        "it is a path of Windows (write paths as this machine has them)");
    assertFails(
        contents,
        there + "/photos\\c.jpg",
        "it does not exist (a backslash is a part of its name here: write / between folders)");
    assertFails(contents, "foo://a/b.jpg", "no filesystem here serves its scheme");
    assertFails(
        contents,
        "https://***@host/a.jpg",
        "its address must hold no credentials (give them to the store's client, for S3 by an"
            + " instance's role, AWS_ACCESS_KEY_ID or fs.s3a.secret.key)");
    assertFails(
        contents,
        there + "/list.jsonl!/line=11",
        "it does not exist (that line of the list names no image: correct it and run again)");
  }

  private static void assertFails(Map<String, String> contents, String uri, String reason) {
    assertThat(contents).containsEntry(uri, "storage: Cannot read " + uri + ": " + reason);
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
  void parquetInventoryNamesItsImages() {
    StructType schema = StructType.fromDDL("bucket string, key string, size long");
    parquet(
        "table",
        schema,
        RowFactory.create("lake", "a%20b.JPG", 17L),
        RowFactory.create("lake", "readme.md", 17L));

    assertThatThrownBy(() -> list(InputFormat.MANIFEST, Path.of(partOf("table"))))
        .as("the client of s3a is not here")
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("Cannot open s3a://lake/a%20b.JPG: ");
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
                "storage: Cannot read "
                    + file
                    + "!/c.jpg: its row holds no bytes, and: Cannot read "
                    + uri(folder.resolve("hugging face/c.jpg"))
                    + ": it does not exist"),
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
            + ": nothing in it looks like an image (found: 2 txt, 1 without extension; known: "
            + String.join(", ", ImageNames.IMAGE_EXTENSIONS)
            + "; convert others, or set --input-format)",
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
            + " (known: "
            + String.join(", ", AddressColumns.NAMES)
            + "; found: name, width)",
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
            + ": no column of image bytes or of URIs by its name (known: image.bytes, bytes, content,"
            + " image, "
            + "uri, image_uri, path, url, …"
            + "); found columns of bytes: none; of text: none (name"
            + " the images' column with --image-column)",
        table);
    assertThatThrownBy(() -> list(InputFormat.PARQUET, table))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot read input "
                + table
                + ": no column of image bytes by its name (known: image.bytes, bytes, content,"
                + " image); found columns of bytes: none; of text: none (name the images' column"
                + " with --image-column)");
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
            + ": it holds no image (name tar files, compressed or not, with "
            + String.join(", ", ImageNames.IMAGE_EXTENSIONS)
            + " in them)",
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
