package dev.boxmill.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.samples.BundledSamples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows runs. */
final class TestExamples {

  @TempDir private Path folder;

  @Test
  void aPipelineGivesARowForEachBox() throws IOException {
    List<Row> boxes =
        LabelInAPipeline.boxes(TestingSpark.session(), scenes().toString()).collectAsList();

    assertThat(boxes).hasSizeGreaterThan(20);
    assertThat(boxes.stream().map(row -> row.<String>getAs("path")).distinct()).hasSize(12);
    assertThat(boxes).allMatch(row -> row.<Float>getAs("score") > 0.5f);
  }

  @Test
  void theDetectorRunsWithoutSpark() throws Exception {
    PrintStream console = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      DetectWithoutSpark.main(new String[] {scenes().resolve("scene-000000.jpg").toString()});
    } finally {
      System.setOut(console);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .containsPattern("(box|cup|fish|gear|leaf|star) Corners");
  }

  private Path scenes() throws IOException {
    BundledSamples.unpack(new org.apache.hadoop.fs.Path(folder.toUri()), new Configuration());
    return folder.resolve("images");
  }
}
