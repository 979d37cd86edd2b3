package dev.boxmill.job;

import static dev.boxmill.job.table.TestingLabels.box;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.TriageColumn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestTriageCommand {

  private static final Corners PLACE = new Corners(10, 10, 60, 60);
  private static final Corners ELSEWHERE = new Corners(80, 10, 98, 60);

  @TempDir private Path folder;
  private String labels;
  private Path output;

  @BeforeEach
  void writeLabels() {
    output = folder.resolve("triage");
    labels =
        new TestingLabels("")
            .labelled("file:///n/sure.jpg", 100, 80, box("cup", 0.95, PLACE))
            .labelled(
                "file:///n/missed.jpg",
                100,
                80,
                box("cup", 0.95, PLACE),
                box("dog", 0.4, ELSEWHERE))
            .labelled("file:///n/empty.jpg", 100, 80)
            .labelled(
                "file:///n/twice.jpg", 100, 80, box("cup", 0.95, PLACE), box("dog", 0.8, PLACE))
            .failed("file:///n/torn.jpg", ErrorCategory.UNREADABLE, "it breaks off")
            .labelled("file:///n/unsure.jpg", 100, 80, box("cup", 0.52, PLACE))
            .write(folder.resolve("labels"));
  }

  @Test
  void theMostDoubtfulImagesComeFirst() {
    TestingCommand command = run();

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out())
        .startsWith("6 images, 1 failed\n")
        .containsPattern("Expected errors: \\d\\.\\d\n")
        .containsPattern("  near_duplicates +1\\.0\n")
        .endsWith("Triage: file://" + output + "\n")
        .doesNotContain("No box scores below");
    assertThat(rows())
        .extracting(row -> row.getString(0))
        .containsExactly(
            "file:///n/torn.jpg",
            "file:///n/twice.jpg",
            "file:///n/unsure.jpg",
            "file:///n/missed.jpg",
            "file:///n/sure.jpg",
            "file:///n/empty.jpg");
  }

  @Test
  void partsAddUpAndFailedImagesHaveNone() {
    run();

    for (Row row : rows()) {
      if (row.getString(1).equals("failed")) {
        assertThat(row.getDouble(2)).isEqualTo(1);
        assertThat(row.isNullAt(3) && row.isNullAt(8)).isTrue();
      } else {
        double sum = 0;
        for (int part = 4; part < row.size(); part++) {
          sum += row.getDouble(part);
        }
        assertThat(row.getDouble(3)).isEqualTo(sum, within(1e-12));
        assertThat(row.getDouble(2)).isEqualTo(1 - Math.exp(-sum), within(1e-12));
      }
    }
  }

  @Test
  void filesSayWhatTheyAreToDuckDbToo() throws Exception {
    run("--threshold", "0.45");

    StructField[] fields = rowsOf(output).schema().fields();
    assertThat(fields).hasSameSizeAs(TriageColumn.values());
    for (int i = 0; i < fields.length; i++) {
      TriageColumn column = TriageColumn.values()[i];
      assertThat(fields[i].name()).isEqualTo(column.columnName());
      assertThat(fields[i].dataType().sql()).isEqualToIgnoringCase(column.sqlType());
      assertThat(fields[i].getComment().get()).isEqualTo(column.meaning());
    }
    String metadata =
        "select decode(key) || '=' || decode(value) from parquet_kv_metadata('%s/*.parquet')"
            + " where decode(key) like 'boxmill%%' order by all";
    assertThat(duckDb(metadata.formatted(output)))
        .containsExactly("boxmill.triage_table_version=1", "boxmill.triage_threshold=0.45");
    String first = "select image_uri from '%s/*.parquet' order by review_priority desc limit 1";
    assertThat(duckDb(first.formatted(output))).containsExactly("file:///n/torn.jpg");
  }

  @Test
  void withoutHintsItSaysSo() {
    String sure =
        new TestingLabels("")
            .labelled("file:///n/1.jpg", 100, 80, box("cup", 0.9, PLACE))
            .write(folder.resolve("sure"));
    TestingCommand command =
        TestingCommand.run("triage", "--labels", sure, "--output", output.toString());

    assertThat(command.out())
        .startsWith("1 image, 0 failed\n")
        .contains("No box scores below 0.5: objects that were missed can't be told");
  }

  @Test
  void aTriageIsReplacedOnlyWhenAskedTo() {
    run();
    TestingCommand again = run();
    TestingCommand replaced = run("--overwrite", "--threshold", "0.6");

    assertThat(again.exitCode()).isEqualTo(2);
    assertThat(again.err())
        .contains("Cannot write triage to file://" + output + ": it is there already (--overwrite");
    assertThat(replaced.exitCode()).as(replaced.err()).isZero();
    assertThat(rows()).hasSize(6);
  }

  @Test
  void requestsThatCannotWorkAreRefused() throws Exception {
    assertThat(run("--threshold", "1").err())
        .contains("Invalid --threshold: 1.0 (must be above 0 and below 1)");
    assertThat(run("--threshold", "NaN").err()).contains("Invalid --threshold: NaN");
    assertThat(to(" ").err()).contains("Invalid --output: ' ' (must be a path or a URI)");
    assertThat(to(labels).err())
        .contains("Cannot write triage to file://" + labels + ": the labels lie there");
    assertThat(to(labels + "/triage").err()).contains("the labels lie there (name another folder)");
    assertThat(to("/").err()).contains("it is the root of a filesystem");
    Path note = Files.writeString(folder.resolve("note.txt"), "mine");
    assertThat(to(note.toString()).err()).contains("it is a file (name a folder)");
    Path mine = Files.createDirectory(folder.resolve("mine"));
    Files.writeString(mine.resolve("note.txt"), "mine");
    assertThat(to(mine.toString()).err()).contains("it holds what is no triage table");
    assertThat(mine.resolve("note.txt")).hasContent("mine");
    String others = new TestingLabels("").write(folder.resolve("others"));
    assertThat(to(others).err()).contains("it holds what is no triage table");
    assertThat(
            TestingCommand.run("triage", "--labels", "/nowhere", "--output", output.toString())
                .err())
        .contains("Cannot read labels file:///nowhere: there is no such folder");
  }

  @Test
  void helpTellsWhatIsWritten() {
    TestingCommand help = TestingCommand.run("triage", "--help");

    assertThat(help.exitCode()).isZero();
    assertThat(help.out())
        .contains("review_priority", "--threshold=S", "Default: 0.5", "--overwrite", "--min-score");
    assertThat(TestingCommand.run("--help").out()).contains("triage");
  }

  private TestingCommand to(String other) {
    return TestingCommand.run("triage", "--labels", labels, "--output", other, "--overwrite");
  }

  private TestingCommand run(String... more) {
    String[] arguments = {"triage", "--labels", labels, "--output", output.toString()};
    return TestingCommand.run(
        Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray(String[]::new));
  }

  private List<Row> rows() {
    return rowsOf(output).collectAsList();
  }

  private static Dataset<Row> rowsOf(Path table) {
    return TestingSpark.session().read().parquet(table.toString());
  }

  private static List<String> duckDb(String query) throws Exception {
    List<String> values = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        ResultSet rows = connection.createStatement().executeQuery(query)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }
}
