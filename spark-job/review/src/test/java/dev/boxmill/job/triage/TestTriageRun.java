package dev.boxmill.job.triage;

import static dev.boxmill.job.table.TestingLabels.box;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.job.triage.TriageRequest.ExistingTriage;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.TriageColumn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestTriageRun {

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
            .labeled("file:///n/sure.jpg", 100, 80, box("cup", 0.95, PLACE))
            .labeled(
                "file:///n/missed.jpg",
                100,
                80,
                box("cup", 0.95, PLACE),
                box("dog", 0.4, ELSEWHERE))
            .labeled("file:///n/empty.jpg", 100, 80)
            .labeled(
                "file:///n/twice.jpg", 100, 80, box("cup", 0.95, PLACE), box("dog", 0.8, PLACE))
            .failed("file:///n/torn.jpg", ErrorCategory.UNREADABLE, "it breaks off")
            .labeled("file:///n/unsure.jpg", 100, 80, box("cup", 0.52, PLACE))
            .write(folder.resolve("labels"));
  }

  @Test
  void theMostDoubtfulImagesComeFirst() {
    TriageRun.Triaged triaged = run(0.5, ExistingTriage.REFUSE);

    assertThat(triaged.images()).isEqualTo(6);
    assertThat(triaged.failed()).isEqualTo(1);
    assertThat(triaged.expectedErrors()).isBetween(1.0, 9.9);
    assertThat(triaged.parts().get(TriageColumn.NEAR_DUPLICATES)).isEqualTo(1, within(0.05));
    assertThat(triaged.parts().get(TriageColumn.MISSED_OBJECTS)).isPositive();
    assertThat(triaged.output()).isEqualTo("file://" + output);
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
    run(0.5, ExistingTriage.REFUSE);

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
    run(0.45, ExistingTriage.REFUSE);

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
  void aTriageIsReplacedOnlyWhenAskedTo() {
    run(0.5, ExistingTriage.REFUSE);

    assertThatThrownBy(() -> run(0.5, ExistingTriage.REFUSE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(
            "Cannot write triage to file://" + output + ": it is there already (--overwrite");
    run(0.6, ExistingTriage.REPLACE);
    assertThat(rows()).hasSize(6);
  }

  @Test
  void requestsThatCannotWorkAreRefused() throws Exception {
    assertThatThrownBy(() -> run(1, ExistingTriage.REFUSE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Invalid --threshold: 1.0 (must be above 0 and below 1)");
    assertThatThrownBy(() -> run(Double.NaN, ExistingTriage.REFUSE))
        .hasMessageContaining("Invalid --threshold: NaN");
    assertRefused(labels, " ", "Invalid --output: ' ' (must be a path or a URI)");
    assertRefused(
        labels, labels, "Cannot write triage to file://" + labels + ": the labels lie there");
    assertRefused(labels, labels + "/triage", "the labels lie there (name another folder)");
    assertRefused(labels, "/", "it is the root of a filesystem");
    Path note = Files.writeString(folder.resolve("note.txt"), "mine");
    assertRefused(labels, note.toString(), "it is a file (name a folder)");
    Path mine = Files.createDirectory(folder.resolve("mine"));
    Files.writeString(mine.resolve("note.txt"), "mine");
    assertRefused(labels, mine.toString(), "it holds what is no triage table");
    assertThat(mine.resolve("note.txt")).hasContent("mine");
    String others = new TestingLabels("").write(folder.resolve("others"));
    assertRefused(labels, others, "it holds what is no triage table");
    assertRefused(
        "/nowhere",
        output.toString(),
        "Cannot read labels file:///nowhere: there is no such folder");
  }

  private static void assertRefused(String labels, String output, String message) {
    assertThatThrownBy(
            () ->
                TriageRun.write(
                    new TriageRequest(labels, output, 0.5, ExistingTriage.REPLACE),
                    TestingSpark.session(),
                    System.err::println))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }

  private TriageRun.Triaged run(double threshold, ExistingTriage existing) {
    TriageRequest request = new TriageRequest(labels, output.toString(), threshold, existing);
    try {
      return TriageRun.write(request, TestingSpark.session(), System.err::println);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
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
