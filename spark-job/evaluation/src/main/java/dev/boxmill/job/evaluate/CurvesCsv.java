package dev.boxmill.job.evaluate;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Precision over recall of each category and IoU threshold, as CSV. */
record CurvesCsv(Evaluation evaluation) {

  void write(Path file) throws IOException {
    try (PrintWriter csv = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
      csv.print("category_id,category,iou,recall,precision,score\n");
      for (int category = 0; category < evaluation.categories().size(); category++) {
        CategoryCurves curves = evaluation.curves(category);
        if (curves.isPresent(AreaRange.ALL)) {
          write(csv, evaluation.categories().get(category), curves);
        }
      }
      if (csv.checkError()) {
        throw new IOException("Cannot write curves to " + file);
      }
    }
  }

  private static void write(PrintWriter csv, TruthCategory category, CategoryCurves curves) {
    String name = '"' + category.name().replace("\"", "\"\"") + '"';
    for (int threshold = 0; threshold < Grid.THRESHOLD_COUNT; threshold++) {
      for (int point = 0; point < Grid.RECALL_COUNT; point++) {
        csv.printf(
            Locale.ROOT,
            "%d,%s,%.2f,%.2f,%.6f,%.6f\n",
            category.id(),
            name,
            Grid.threshold(threshold),
            Grid.recall(point),
            curves.precision(AreaRange.ALL, threshold, point),
            curves.score(threshold, point));
      }
    }
  }
}
