package dev.boxmill.examples;

import dev.boxmill.job.ml.BoxLabeler;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Labelling as a stage of a Spark ML pipeline: a row for each box of each photograph. */
public final class LabelInAPipeline {

  private LabelInAPipeline() {}

  public static Dataset<Row> boxes(SparkSession spark, String folder) {
    BoxLabeler labeler = new BoxLabeler().setDetector("embedded").setMinScore(0.5);
    SQLTransformer flat =
        new SQLTransformer()
            .setStatement(
                "select path, box.* from __THIS__ lateral view explode(labels.boxes) as box");
    Dataset<Row> photographs = spark.read().format("binaryFile").load(folder);
    PipelineModel pipeline =
        new Pipeline().setStages(new PipelineStage[] {labeler, flat}).fit(photographs);
    return pipeline.transform(photographs);
  }
}
