package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.refiners.spi.PluginJar;
import dev.boxmill.schemas.LabelColumn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
final class TestRealRun {
  private static final String PIXEL = "0.01";

  @TempDir private Path folder;

  @Test
  void theBundledScenesAreLabelledAndShown() throws Exception {
    TestingCommand command = run("label", "--output", labels());

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out()).contains("12 images: 12 labelled, 0 failed").contains("Labels: ");
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

  /** However images are cut, ordered and named: the same labels. */
  @Test
  void labelsDoNotDependOnWhereAndBesideWhatAnImageIsLabelled() throws Exception {
    assertThat(run("label", "--output", labels(), "--precision", "fp32").exitCode()).isZero();
    String all = "select image_uri, boxes from '%s/*.parquet'";
    String whole = all.formatted(labels());
    List<String> scenes = query("select image_uri from %s order by image_sha256");
    Path list = Files.write(folder.resolve("list.txt"), scenes.subList(0, 7));

    for (String chunk : List.of("1", "5")) {
      String other = folder.resolve("chunks-of-" + chunk).toString();
      for (String input : List.of(list.toString(), folder.resolve("boxmill-samples").toString())) {
        TestingCommand command =
            run(
                "label",
                "--input",
                input,
                "--output",
                other,
                "--precision",
                "fp32",
                "--chunk-images",
                chunk);
        assertThat(command.exitCode()).as(command.err()).isZero();
      }
      assertThat(query(apart(whole, all.formatted(other)))).containsExactly("12 0");
    }
  }

  /** Images that both have, and those whose boxes differ by more than arithmetic. */
  private static String apart(String one, String other) {
    return """
        select count(*) || ' ' || count(*) filter (len(a.boxes) <> len(b.boxes) or len(list_filter(
            list_zip(a.boxes, b.boxes), p -> p[1].label_id <> p[2].label_id
            or abs(p[1].score - p[2].score) > 1e-5
            or abs(p[1].x_min - p[2].x_min) > PIXEL or abs(p[1].y_min - p[2].y_min) > PIXEL
            or abs(p[1].x_max - p[2].x_max) > PIXEL or abs(p[1].y_max - p[2].y_max) > PIXEL)) > 0)
        from (ONE) a join (OTHER) b using (image_uri)"""
        .replace("PIXEL", PIXEL)
        .replace("ONE", one)
        .replace("OTHER", other);
  }

  @Test
  void aCorruptImageCostsItsOwnRow() throws Exception {
    Path images = Files.createDirectory(folder.resolve("images"));
    byte[] scene = getClass().getResourceAsStream("samples/images/scene-000003.jpg").readAllBytes();
    Files.write(images.resolve("whole.jpg"), scene);
    Files.write(images.resolve("cut off.jpg"), Arrays.copyOf(scene, scene.length / 2));
    Files.writeString(images.resolve("page #1.jpg"), "<html></html>", StandardCharsets.UTF_8);

    TestingCommand command =
        run(
            "label",
            "--input",
            images.toString(),
            "--output",
            labels(),
            "--max-failure-rate",
            "0.5");

    assertThat(command.exitCode()).isEqualTo(ExitCode.TOO_MANY_FAILURES);
    assertThat(query("select status || coalesce(' ' || error_category, '') from %s order by 1"))
        .containsExactly("failed unreadable", "failed unreadable", "ok");
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
