package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.refiners.spi.PluginJar;
import dev.boxmill.schemas.LabelColumn;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole road with the embedded detector: command line, Spark, DJL, refiners, Parquet, as DuckDB
 * sees it.
 */
final class TestRealCommand {
  private static final String PIXEL = "0.01";

  @TempDir private Path folder;

  @Test
  void theBundledScenesAreLabeledAndShown() throws Exception {
    TestingCommand command = run("label", "--output", labels());

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out()).contains("12 images: 12 labeled, 0 failed").contains("Labels: ");
    assertThat(query("select column_name from (describe from %s)"))
        .containsExactlyElementsOf(
            Arrays.stream(LabelColumn.values()).map(LabelColumn::columnName).toList());
    assertThat(query("select count(*) from %s where status = 'ok' and box_count = len(boxes)"))
        .containsExactly("12");
    assertThat(query("select count(distinct fingerprint) || ' ' || min(model) from %s"))
        .containsExactly("1 embedded");
    assertThat(Path.of(labels(), "_boxmill", "preview.html")).isNotEmptyFile();
  }

  @Test
  void aPluginOutsideTheClassPathMovesTheBoxes() throws Exception {
    Path jar = PluginJar.shift(folder);
    TestingCommand command =
        run(
            "label",
            "--output",
            labels(),
            "--jars",
            jar.toString(),
            "--refiner",
            "shift:right=3",
            "--precision",
            "fp32");

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(query("select count(*) > 0 from (select unnest(boxes) from %s)"))
        .containsExactly("true");
    assertThat(
            query(
                "select count(*) from (select unnest(boxes) as b from %s) where"
                    + " abs(b.x_min - b.detector_x_min - 3) > "
                    + PIXEL
                    + " or abs(b.y_max - b.detector_y_max) > "
                    + PIXEL))
        .containsExactly("0");
    assertThat(query("select distinct refiners from %s").get(0)).startsWith("shift:");
  }

  private TestingCommand run(String... arguments) {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try {
      return TestingCommand.run(new DetectorLabelerProvider(), arguments);
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  private String labels() {
    return folder.resolve("labels").toString();
  }

  private List<String> query(String sql) throws SQLException {
    String table = "'" + labels() + "/*.parquet'";
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql.formatted(table))) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }
}
