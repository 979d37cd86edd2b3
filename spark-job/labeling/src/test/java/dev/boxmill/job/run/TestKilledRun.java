package dev.boxmill.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.session.TestingLabeler;
import dev.boxmill.job.table.LabelTable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drivers that are killed (SIGKILL) on the way, and readers that look on. */
final class TestKilledRun {

  private static final int IMAGES = 120;
  private static final int CHUNK = 10;
  private static final long SEED = 20260713;
  private static final int KILLS = 4;
  private static final long MOST_SECONDS = 180;

  @TempDir Path folder;

  private Path photos;
  private Path labels;

  @Test
  void killedRunsGoOnAndEndLikeAnUndisturbedOne() throws Exception {
    photos = Files.createDirectories(folder.resolve("photos"));
    for (int i = 0; i < IMAGES; i++) {
      byte[] picture = i % 40 == 7 ? new byte[] {1} : TestingLabeler.picture(10 + i, 20);
      Files.write(photos.resolve("%04d.jpg".formatted(i)), picture);
    }
    labels = folder.resolve("undisturbed");
    assertThat(start().waitFor()).isZero();
    List<Row> undisturbed = rows();
    List<String> parts = names(labels);

    labels = folder.resolve("labels");
    Random random = new Random(SEED);
    for (int kill = 0; kill < KILLS; kill++) {
      int moreParts = random.nextInt(IMAGES / CHUNK / KILLS);
      killAfter(parts() + moreParts, random.nextInt(600));
    }
    Process last = start();
    while (!last.waitFor(200, TimeUnit.MILLISECONDS)) {
      requireWholeChunks();
    }

    assertThat(last.exitValue()).as(log()).isZero();
    assertThat(rows()).hasSize(IMAGES).isEqualTo(undisturbed);
    assertThat(names(labels)).isEqualTo(parts);
    assertThat(names(labels.resolve("_boxmill")))
        .containsExactly("chunks", "metrics.json", "run.json");
    assertThat(names(labels.resolve("_boxmill/chunks"))).hasSize(IMAGES / CHUNK);
  }

  /** Kills a run when so many chunks are there and some more time has passed. */
  private void killAfter(int chunks, int millis) throws Exception {
    Process run = start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS);
    while (!run.waitFor(30, TimeUnit.MILLISECONDS) && parts() < chunks) {
      assertThat(System.nanoTime()).as(log()).isLessThan(deadline);
    }
    run.waitFor(millis, TimeUnit.MILLISECONDS);
    run.destroyForcibly().waitFor();
    requireWholeChunks();
  }

  /** What a reader sees at any time: whole chunks, each image once. */
  private void requireWholeChunks() throws SQLException, IOException {
    if (parts() == 0) {
      return;
    }
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckDb.createStatement();
        ResultSet counts =
            statement.executeQuery(
                "SELECT count(*), count(DISTINCT image_uri) FROM '" + labels + "/*.parquet'")) {
      counts.next();
      assertThat(counts.getLong(1) % CHUNK).isZero();
      assertThat(counts.getLong(1)).isEqualTo(counts.getLong(2));
    }
  }

  private int parts() throws IOException {
    if (!Files.isDirectory(labels)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(labels)) {
      return (int) files.filter(file -> file.toString().endsWith(".parquet")).count();
    }
  }

  private Process start() throws IOException {
    return TestingProcess.start(
        folder, logFile(), List.of(), labels.toString(), photos.toString(), String.valueOf(CHUNK));
  }

  private File logFile() {
    return folder.resolve("run.log").toFile();
  }

  private String log() throws IOException {
    return Files.readString(logFile().toPath());
  }

  /** But for the time, which is another. */
  private List<Row> rows() {
    return TestingSpark.session()
        .read()
        .schema(LabelTable.schema())
        .parquet(labels.toString())
        .drop("labeled_at")
        .orderBy("image_uri")
        .collectAsList();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
