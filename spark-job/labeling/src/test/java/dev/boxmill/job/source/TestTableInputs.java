package dev.boxmill.job.source;

import static dev.boxmill.job.TestingSpark.uri;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.images.ReadContent;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.HadoopSettings;
import dev.boxmill.job.table.KeptColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.parquet.io.api.Binary;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Tuple2;

/** Tables as their owners have them: the columns of images, and all that lies beside. */
final class TestTableInputs {

  private static final String IMAGE = "optional binary path (STRING); optional binary bytes;";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "optional int64 taken (TIMESTAMP(NANOS,true));",
        "optional int64 taken (TIMESTAMP(NANOS,false));",
        "optional int64 at (TIME(NANOS,true));",
        "optional fixed_len_byte_array(2) score (FLOAT16);",
        "optional group scores (LIST) {"
            + " repeated group list { optional fixed_len_byte_array(2) element (FLOAT16); } }",
        "optional fixed_len_byte_array(16) key (UUID);",
        "optional fixed_len_byte_array(12) age (INTERVAL);",
        "optional int64 hash (INTEGER(64,false));",
        "optional int32 nothing (UNKNOWN);",
        "optional binary doc (BSON);",
        "optional group tags (MAP) { repeated group key_value {"
            + " required binary key (STRING); optional int32 value; } }",
        "repeated int32 numbers;",
        "optional binary Path (STRING);"
      })
  void columnsBesideTheImagesAreNobodysMatter(String other) throws IOException {
    TestingParquet.write(
        folder.resolve("t.parquet"),
        other + IMAGE,
        row -> row.append("path", "a.jpg").append("bytes", binary("A")));

    assertThat(contents(list(folder.resolve("t.parquet"))))
        .containsExactly(Map.entry(uri(folder.resolve("t.parquet")) + "!/a.jpg", "A"));
  }

  @Test
  void filesOfOneFolderMayHaveColumnsOfTheirOwn() throws IOException {
    TestingParquet.write(
        folder.resolve("t/a.parquet"),
        "optional int64 id; optional group image { optional binary bytes; }",
        row -> row.append("id", 1L).addGroup("image").append("bytes", binary("A")));
    TestingParquet.write(
        folder.resolve("t/b.parquet"),
        "optional binary id (STRING); optional binary content;",
        row -> row.append("id", "one").append("content", binary("B")));
    TestingParquet.write(
        folder.resolve("t/metadata.parquet"),
        "optional binary caption (STRING);",
        row -> row.append("caption", "no image"));

    ListedInputs inputs = list(folder.resolve("t"));

    assertThat(inputs.decisions().get(0))
        .contains("2 rows with image bytes, 1 table without them left out (")
        .contains("t/metadata.parquet)");
    assertThat(contents(inputs))
        .containsExactly(
            Map.entry(uri(folder.resolve("t/a.parquet")) + "!/1", "A"),
            Map.entry(uri(folder.resolve("t/b.parquet")) + "!/one", "B"));
  }

  @ParameterizedTest
  @CsvSource({"jpg", "JPG", "pictures.front", "flat.name"})
  void theUserNamesTheColumnOfImages(String name) throws IOException {
    Path table =
        TestingParquet.write(
            folder.resolve("t.parquet"),
            "optional binary jpg; optional binary flat.name; optional binary other;"
                + " optional group pictures { optional binary front; }",
            row -> {
              row.append("jpg", binary("jpg")).append("flat.name", binary("flat.name"));
              row.addGroup("pictures").append("front", binary("pictures.front"));
            });

    assertThat(contents(list(new TableOptions(name, List.of()), table)).values())
        .singleElement()
        .asString()
        .isEqualToIgnoringCase(name);
  }

  @Test
  void aTableWithoutTheUsualNamesSaysWhichColumnsItHas() throws IOException {
    Path table =
        TestingParquet.write(
            folder.resolve("t.parquet"),
            "optional binary jpg; optional group raw { optional binary data; } optional int32 n;"
                + " optional binary caption (STRING);");
    String found =
        "found columns of bytes: jpg, raw.data; of text: caption (name the images' column with"
            + " --image-column)";

    assertRefused(
        TableOptions.NONE,
        table,
        "Cannot read input "
            + table
            + ": no column of image bytes or of URIs by its name (known: image.bytes, bytes,"
            + " content, image, uri, image_uri, path, url, …); "
            + found);
    assertRefused(
        new TableOptions("n", List.of()),
        table,
        "Cannot read input " + table + ": no column of bytes or text is named n; " + found);
  }

  @Test
  void aStructOfBytesAndPathIsAnImageWhateverItsName() throws IOException {
    Path table =
        TestingParquet.write(
            folder.resolve("t.parquet"),
            "optional group img { optional binary bytes; optional binary path (STRING); }",
            row -> row.addGroup("img").append("bytes", binary("A")).append("path", "a.png"));

    assertThat(contents(list(table)))
        .containsExactly(Map.entry(uri(table) + "!/a.png", "A"))
        .isEqualTo(contents(list(new TableOptions("img", List.of()), table)));
  }

  @Test
  void aRowWithoutBytesIsReadFromItsPath() throws IOException {
    write("set/images/a.jpg", "a file");
    Path table =
        TestingParquet.write(
            folder.resolve("set/t.parquet"),
            "optional group image { optional binary bytes; optional binary path (STRING); }",
            row -> row.addGroup("image").append("path", "images/a.jpg"),
            row -> row.addGroup("image").append("path", "images/gone.jpg"),
            row -> row.addGroup("image"),
            row -> row.addGroup("image").append("bytes", binary("B")).append("path", "b.jpg"));

    String prefix = uri(table) + "!/";
    String gone = uri(folder.resolve("set/images/gone.jpg"));
    assertThat(contents(list(table)))
        .containsExactly(
            Map.entry(prefix + "b.jpg", "B"),
            Map.entry(prefix + "images/a.jpg", "a file"),
            Map.entry(
                prefix + "images/gone.jpg",
                "storage: Cannot read "
                    + prefix
                    + "images/gone.jpg: its row holds no bytes, and: Cannot read "
                    + gone
                    + ": it does not exist"),
            Map.entry(
                prefix + "row=2",
                "storage: Cannot read " + prefix + "row=2: its row holds no bytes"));
  }

  @Test
  void aTextColumnHoldsAddresses() throws IOException {
    write("set/a.jpg", "A");
    Path table =
        TestingParquet.write(
            folder.resolve("set/t.parquet"),
            "optional binary photo (STRING); optional int64 taken (TIMESTAMP(NANOS,true));",
            row -> row.append("photo", "a.jpg"));

    ListedInputs inputs = list(new TableOptions("photo", List.of()), table);

    assertThat(inputs.decisions().get(0)).endsWith("manifest, it names 1 image");
    assertThat(contents(inputs)).containsExactly(Map.entry(uri(folder.resolve("set/a.jpg")), "A"));
  }

  @Test
  void columnsAreCarriedAlongWithTheirTypes() throws IOException {
    TestingParquet.write(
        folder.resolve("t/split=train/a.parquet"),
        IMAGE + "optional int32 id; optional group meta { optional double score; }",
        row -> {
          row.append("path", "a").append("bytes", binary("A")).append("id", 7);
          row.addGroup("meta").append("score", 0.5);
        });
    TestingParquet.write(
        folder.resolve("t/split=__HIVE_DEFAULT_PARTITION__/b.parquet"),
        IMAGE + "optional int64 id; optional int32 meta (UNKNOWN);",
        row -> row.append("path", "b").append("bytes", binary("B")).append("id", 8L));

    ListedInputs inputs =
        list(
            new TableOptions(null, List.of("id", "split", "meta.score", "path")),
            folder.resolve("t"));

    assertThat(inputs.kept().fields().toDDL())
        .isEqualTo("id BIGINT,split STRING,`meta.score` DOUBLE,path STRING");
    assertThat(kept(inputs)).containsExactly("[7,train,0.5,a]", "[8,null,null,b]");
  }

  @Test
  void addressesInATableCarryColumnsAlongToo() throws IOException {
    write("set/a.jpg", "A");
    Path table =
        TestingParquet.write(
            folder.resolve("set/t.parquet"),
            "optional binary url (STRING); optional binary caption (STRING);",
            row -> row.append("url", "a.jpg").append("caption", "a cat"));

    ListedInputs inputs = list(new TableOptions(null, List.of("caption")), table);

    assertThat(inputs.decisions().get(0)).endsWith("parquet, 1 row with images' addresses");
    assertThat(contents(inputs)).containsExactly(Map.entry(uri(folder.resolve("set/a.jpg")), "A"));
    assertThat(kept(inputs)).containsExactly("[a cat]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "list.csv ~ 'file_name,Split, note,id|a.jpg,train,\"one, two\",7|b.jpg,,,' ~"
            + " split,note ~ '[train,one, two] [null,null]'",
        "list.tsv ~ 'path;split|a.jpg;train|b.jpg;test' ~ split ~ [train] [test]",
        "list.jsonl ~ '{\"path\":\"a.jpg\",\"meta\":{\"score\":0.5},\"n\":1}|"
            + "{\"path\":\"b.jpg\",\"meta\":null}' ~ meta.score,n ~ [0.5,1] [null,null]",
        "coco.json ~ '{\"images\":[{\"id\":1,\"file_name\":\"a.jpg\",\"width\":4},"
            + "{\"id\":2,\"file_name\":\"b.jpg\"}],\"annotations\":[]}' ~ id,width ~ [1,4] [2,null]"
      })
  void listsCarryTheirFieldsAlong(String name, String text, String columns, String expected)
      throws IOException {
    write("l/a.jpg", "A");
    write("l/b.jpg", "B");
    write("l/" + name, text.replace('|', '\n') + "\n");

    ListedInputs inputs =
        list(new TableOptions(null, List.of(columns.split(","))), folder.resolve("l/" + name));

    assertThat(inputs.kept().fields().fields())
        .allSatisfy(field -> assertThat(field.dataType().simpleString()).isEqualTo("string"));
    assertThat(kept(inputs)).containsExactlyInAnyOrder(expected.split(" (?=\\[)"));
  }

  @Test
  void fieldsThatAListDoesNotHaveAreRefused() throws IOException {
    write("l/a.jpg", "A");
    write("l/list.csv", "path,split\na.jpg,train\n");
    write("l/lines.txt", "a.jpg\n");

    assertRefused(
        new TableOptions(null, List.of("splitt")),
        folder.resolve("l/list.csv"),
        "Unknown column in --keep-columns: splitt (known: path, split; a list or map can't be"
            + " kept)");
    assertRefused(
        new TableOptions(null, List.of("split")),
        folder.resolve("l/lines.txt"),
        "Unknown column in --keep-columns: split (known: none; a list or map can't be kept)");
  }

  @Test
  void columnsThatCannotBeCarriedAlongAreRefused() throws IOException {
    Path one =
        TestingParquet.write(
            folder.resolve("t/1.parquet"),
            IMAGE + "optional int32 id; repeated int32 boxes;",
            row -> row.append("bytes", binary("A")));
    TestingParquet.write(
        folder.resolve("t/2.parquet"),
        IMAGE + "optional binary id (STRING);",
        row -> row.append("bytes", binary("B")));
    write("photos/a.jpg", "A");

    assertRefused(
        new TableOptions(null, List.of("boxes", "no")),
        one,
        "Unknown column in --keep-columns: boxes, no (known: path, bytes, id; a list or map can't"
            + " be kept)");
    assertRefused(
        new TableOptions(null, List.of("id")),
        folder.resolve("t"),
        "Cannot keep column id: it is string in "
            + uri(folder.resolve("t/2.parquet"))
            + " and bigint in "
            + uri(one)
            + " (write the tables with one type, or leave it out of --keep-columns)");
    assertRefused(
        new TableOptions(null, List.of("id")),
        folder.resolve("photos"),
        "Invalid --keep-columns id: the input has no table or list of images (leave it out, or name"
            + " one)");
    assertThatThrownBy(() -> new TableOptions(null, List.of("id", "ID")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Invalid --keep-columns: id,ID (must be names with commas between them, none twice)");
  }

  @Test
  void oneAmongADataSetsPicturesDoesNotHideItsTables() throws IOException {
    write("d/assets/preview.png", "P");
    write("d/README.md", "about it");
    Path table =
        TestingParquet.write(
            folder.resolve("d/data/train.parquet"),
            IMAGE,
            row -> row.append("path", "a").append("bytes", binary("A")));
    TestingParquet.write(folder.resolve("d/data/labels.parquet"), "optional int32 id;");

    ListedInputs inputs = list(folder.resolve("d"));

    assertThat(contents(inputs))
        .containsExactly(
            Map.entry(uri(folder.resolve("d/assets/preview.png")), "P"),
            Map.entry(uri(table) + "!/a", "A"));
    assertThat(inputs.decisions())
        .hasSize(2)
        .anyMatch(line -> line.contains("parquet, 1 row with image bytes, 1 table without them"))
        .anyMatch(line -> line.contains("files, 1 image file (1 other files left out)"));
  }

  @Test
  void archivesBesideTablesAreReadIfTheyHoldImages() throws IOException {
    TestingParquet.write(
        folder.resolve("d/t.parquet"),
        IMAGE,
        row -> row.append("path", "a").append("bytes", binary("A")));
    write("d/empty.tar", "");

    ListedInputs inputs = list(folder.resolve("d"));

    assertThat(contents(inputs)).hasSize(1);
    assertThat(inputs.decisions())
        .anyMatch(line -> line.endsWith("webdataset, 1 tar archive without images left out"));
  }

  @ParameterizedTest
  @CsvSource({
    "_delta_log/00000000000000000000.json, a Delta table, delta, io.delta:delta-spark",
    "metadata/v1.metadata.json, an Iceberg table, iceberg, org.apache.iceberg:iceberg-spark",
    ".hoodie/hoodie.properties, a Hudi table, hudi,"
  })
  void tablesWithALogAreRefusedWithoutItsReaderHoweverTheyAreGiven(
      String log, String what, String reader, String artifact) throws IOException {
    write("in/lake/" + log, "{}");
    Path part =
        TestingParquet.write(
            folder.resolve("in/lake/data/split=a/part.parquet"),
            IMAGE,
            row -> row.append("bytes", binary("deleted")));
    Path lake = folder.resolve("in/lake");

    for (Path input : List.of(lake, folder.resolve("in"), part, part.resolveSibling("*.parquet"))) {
      assertThatThrownBy(() -> list(TableOptions.NONE, input))
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith(
              "Cannot read input %s: %s is %s, and only its log tells which rows were deleted (%s",
              input,
              uri(lake),
              what,
              artifact == null ? "give" : "run it by spark-submit --packages " + artifact)
          .hasMessageEndingWith(
              "give the rows that it has now: spark.read().format(\"%s\").load(\"%s\")"
                  + ".write().parquet(\"…\") in a Spark with that format's package)",
              reader, uri(lake));
    }
  }

  @Test
  void foldersAreHiddenAsSparkHidesThem() throws IOException {
    for (String hidden : List.of("_old", ".git", "_year=2026", "year=2025")) {
      TestingParquet.write(
          folder.resolve("t/" + hidden + "/a.parquet"),
          IMAGE,
          row -> row.append("path", hidden).append("bytes", binary("A")));
    }

    assertThat(contents(list(folder.resolve("t"))).keySet())
        .extracting(uri -> uri.replaceFirst(".*!/", ""))
        .containsExactly("_year=2026", "year=2025");
  }

  private void assertRefused(TableOptions options, Path input, String message) {
    assertThatThrownBy(() -> list(options, input))
        .isInstanceOf(BadInputException.class)
        .hasMessage(message);
  }

  private static ListedInputs list(Path... inputs) {
    return list(TableOptions.NONE, inputs);
  }

  private static ListedInputs list(TableOptions options, Path... inputs) {
    return InputListing.list(
        TestingSpark.session(),
        Arrays.stream(inputs).map(Path::toString).toList(),
        InputFormat.AUTO,
        options,
        Optional.empty(),
        KeptColumns.NONE);
  }

  private static Map<String, String> contents(ListedInputs inputs) {
    Map<String, String> contents = new TreeMap<>();
    inputs
        .images(files(inputs), TestingSpark.session(), HadoopSettings.broadcast(context()))
        .map(image -> new Tuple2<>(image.uri(), ReadContent.of(image)))
        .collect()
        .forEach(read -> assertThat(contents.put(read._1(), read._2())).isNull());
    return contents;
  }

  private static List<String> kept(ListedInputs inputs) {
    return inputs
        .images(files(inputs), TestingSpark.session(), HadoopSettings.broadcast(context()))
        .map(image -> image.kept().orElseThrow().toString())
        .collect()
        .stream()
        .sorted()
        .toList();
  }

  private static List<ListedFile> files(ListedInputs inputs) {
    List<ListedFile> files = new ArrayList<>();
    inputs.files().forEach(files::add);
    return files;
  }

  private static JavaSparkContext context() {
    return JavaSparkContext.fromSparkContext(TestingSpark.session().sparkContext());
  }

  private static Binary binary(String text) {
    return Binary.fromString(text);
  }

  private void write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
