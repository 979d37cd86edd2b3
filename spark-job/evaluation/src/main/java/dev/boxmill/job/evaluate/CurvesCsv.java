package dev.boxmill.job.evaluate;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;

/** Precision over recall of each category and IoU threshold, as CSV. */
record CurvesCsv(Evaluation evaluation) {

  private static final CSVFormat FORMAT =
      CSVFormat.DEFAULT.builder().setRecordSeparator('\n').get();

  void write(OutputStream stream) throws IOException {
    Writer csv = new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
    FORMAT.printRecord(csv, "category_id", "category", "iou", "recall", "precision", "score");
    for (int category = 0; category < evaluation.categories().size(); category++) {
      CategoryCurves curves = evaluation.curves(category);
      if (curves.isPresent(AreaRange.ALL)) {
        write(csv, evaluation.categories().get(category), curves);
      }
    }
    csv.flush();
  }

  private static void write(Writer csv, TruthCategory category, CategoryCurves curves)
      throws IOException {
    for (int threshold = 0; threshold < Grid.THRESHOLD_COUNT; threshold++) {
      for (int point = 0; point < Grid.RECALL_COUNT; point++) {
        FORMAT.printRecord(
            csv,
            category.id(),
            category.name(),
            decimals(2, Grid.threshold(threshold)),
            decimals(2, Grid.recall(point)),
            decimals(6, curves.precision(AreaRange.ALL, threshold, point)),
            decimals(6, curves.score(threshold, point)));
      }
    }
  }

  private static String decimals(int count, double number) {
    return String.format(Locale.ROOT, "%." + count + "f", number);
  }
}
