package dev.boxmill.job.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.samples.BundledSamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestBoxLabeler {
  private static final SparkSession SPARK = TestingSpark.session();

  @TempDir private static Path folder;

  @TempDir private Path saved;

  @BeforeAll
  static void unpack() throws IOException {
    BundledSamples.unpack(new org.apache.hadoop.fs.Path(folder.toUri()), new Configuration());
    Files.writeString(folder.resolve("images/broken.jpg"), "no picture");
  }

  @Test
  void bytesAndAddressesGiveTheSameLabels() {
    Dataset<Row> ofBytes = labels(labeler().transform(images()));
    Dataset<Row> ofAddresses = labels(labeler().transform(images().drop("content")));

    assertThat(ofBytes.collectAsList()).hasSize(13).isEqualTo(ofAddresses.collectAsList());
    assertThat(ofBytes.where("box_count > 0").count()).isEqualTo(12);
  }

  @Test
  void whatCanNotBeLabelledSaysWhy() {
    Row broken =
        labeler()
            .transform(images().where(col("path").endsWith("broken.jpg")))
            .select("labels.*")
            .collectAsList()
            .get(0);

    assertThat(broken.<String>getAs("status")).isEqualTo("failed");
    assertThat(broken.<String>getAs("error_category")).isEqualTo("unreadable");
    assertThat(broken.<String>getAs("error_message")).isNotBlank();
  }

  @Test
  void aRowWithoutBytesFailsAlone() {
    Dataset<Row> empty = images().limit(2).withColumn("content", lit(null).cast("binary"));

    assertThat(
            labeler()
                .transform(empty)
                .select("labels.error_message")
                .as(Encoders.STRING())
                .collectAsList())
        .hasSize(2)
        .allMatch(message -> message.contains("no value in column content"));
  }

  @Test
  void repeatedAddressesKeepTheirOwnLabels() {
    Dataset<Row> twice = images().union(images()).withColumn("path", lit("same")).coalesce(1);

    assertThat(labeler().transform(twice).where("labels.image_sha256 = sha2(content, 256)").count())
        .isEqualTo(26);
  }

  @Test
  void aSavedPipelineLabelsAlike() throws IOException {
    BoxLabeler labeler = labeler().setMinScore(0.4).setRefiners("none").setOutputCol("found");
    PipelineModel pipeline = new Pipeline().setStages(new PipelineStage[] {labeler}).fit(images());
    pipeline.write().overwrite().save(saved.toString());

    PipelineModel loaded = PipelineModel.load(saved.toString());

    assertThat(loaded.stages()[0].uid()).isEqualTo(labeler.uid());
    assertThat(found(loaded)).hasSize(13).isEqualTo(found(pipeline));
    assertThat(loaded.transform(images()).where("found.max_score <= 0.4").count()).isZero();
  }

  @Test
  void aCopyHasItsOwnSettings() {
    BoxLabeler labeler = labeler();
    BoxLabeler copy = labeler.copy(ParamMap.empty()).setOutputCol("other");

    assertThat(labeler.transformSchema(images().schema()).fieldNames()).contains("labels");
    assertThat(copy.transformSchema(images().schema()).fieldNames()).contains("other");
  }

  @Test
  void wrongColumnsAreNamed() {
    assertRefused(labeler().setUriCol("address"), "there is no column address (set uriCol");
    assertRefused(labeler().setUriCol("length"), "column length is bigint (must be string)");
    assertRefused(labeler().setContentCol("length"), "column length is bigint (must be binary)");
    assertRefused(labeler().setOutputCol("path"), "column path is there already");
    assertRefused(labeler().setDetector(folder.toString()), "config.json");
    assertRefused(labeler().setPrecision("fp8"), "Invalid precision: fp8 (must be");
  }

  private static List<Row> found(PipelineModel pipeline) {
    Dataset<Row> labelled = pipeline.transform(images());
    return labelled
        .select("path", "found.fingerprint", "found.refiners", "found.boxes")
        .orderBy("path")
        .collectAsList();
  }

  private static void assertRefused(BoxLabeler labeler, String reason) {
    assertThatThrownBy(() -> labeler.transform(images()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(reason);
  }

  private static BoxLabeler labeler() {
    return new BoxLabeler().setPrecision("fp32");
  }

  private static Dataset<Row> images() {
    return SPARK.read().format("binaryFile").load(folder.resolve("images").toString());
  }

  private static Dataset<Row> labels(Dataset<Row> labelled) {
    return labelled.select("path", "labels.*").drop("labelled_at").orderBy("path");
  }
}
