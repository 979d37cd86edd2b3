package dev.boxmill.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.refiners.spi.PluginJar;
import dev.boxmill.schemas.LabelColumn;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
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

/** Runs of the embedded detector, as DuckDB sees their tables. */
final class TestRealRun {
  private static final String PIXEL = "0.01";

  @TempDir private Path folder;

  @Test
  void theBundledScenesAreLabeled() throws Exception {
    TestingOutcome run =
        TestingRun.of(Path.of(labels()))
            .precision(Precision.AUTO)
            .run(new DetectorLabelerProvider());

    assertThat(run.summary()).contains("12 images: 12 labeled, 0 failed");
    assertThat(query("select column_name from (describe from %s)"))
        .containsExactlyElementsOf(
            Arrays.stream(LabelColumn.values()).map(LabelColumn::columnName).toList());
    assertThat(query("select count(*) from %s where status = 'ok' and box_count = len(boxes)"))
        .containsExactly("12");
    assertThat(query("select count(distinct fingerprint) || ' ' || min(model) from %s"))
        .containsExactly("1 embedded");
    assertThat(folder.resolve("labels/_boxmill/run.json"))
        .content()
        .contains("\"precision\" : \"" + Precision.AUTO.on(Device.cpu()).optionValue() + "\"");
  }

  @Test
  void autoThatStandsForAnotherPrecisionMixesNothing() {
    Precision here = Precision.AUTO.on(Device.cpu());
    Precision other = here == Precision.FP32 ? Precision.BF16 : Precision.FP32;
    TestingRun run = TestingRun.of(Path.of(labels()));
    run.precision(other).run(new DetectorLabelerProvider());

    TestingOutcome second = run.precision(Precision.AUTO).run(new DetectorLabelerProvider());
    assertThat(second.failure())
        .isInstanceOf(BadInputException.class)
        .hasMessageEndingWith(
            "it holds labels made with precision %s, now %s (--precision %s goes on as before,"
                    .formatted(other.optionValue(), here.optionValue(), other.optionValue())
                + " --overwrite replaces them, or name another folder)");
  }

  @Test
  void aPluginOutsideTheClassPathMovesTheBoxes() throws Exception {
    Path jar = PluginJar.shift(folder);
    TestingRun run = TestingRun.of(Path.of(labels())).refiners("shift:right=3");

    assertThat(TestingRun.withPlugin(jar, () -> run.run(new DetectorLabelerProvider())).summary())
        .contains("12 images: 12 labeled, 0 failed");
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
  void labelsDoNotDependOnWhereAndBesideWhatAnImageIsLabeled() throws Exception {
    assertThat(TestingRun.of(Path.of(labels())).run(new DetectorLabelerProvider()).failure())
        .isNull();
    String all = "select image_uri, boxes from '%s/*.parquet'";
    String whole = all.formatted(labels());
    List<String> scenes = query("select image_uri from %s order by image_sha256");
    Path list = Files.write(folder.resolve("list.txt"), scenes.subList(0, 7));

    for (long chunk : List.of(1L, 5L)) {
      Path other = folder.resolve("chunks-of-" + chunk);
      for (Path input : List.of(list, folder.resolve("boxmill-samples"))) {
        TestingOutcome run =
            TestingRun.of(other, input).chunksOf(chunk).run(new DetectorLabelerProvider());
        assertThat(run.failure()).isNull();
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
    byte[] scene =
        BundledSamples.class.getResourceAsStream("images/scene-000003.jpg").readAllBytes();
    Files.write(images.resolve("whole.jpg"), scene);
    Files.write(images.resolve("cut off.jpg"), Arrays.copyOf(scene, scene.length / 2));
    Files.writeString(images.resolve("page #1.jpg"), "<html></html>", StandardCharsets.UTF_8);

    TestingOutcome run =
        TestingRun.of(Path.of(labels()), images).mayFail(0.5).run(new DetectorLabelerProvider());

    assertThat(run.report().failedTooOften()).isTrue();
    assertThat(query("select status || coalesce(' ' || error_category, '') from %s order by 1"))
        .containsExactly("failed unreadable", "failed unreadable", "ok");
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
