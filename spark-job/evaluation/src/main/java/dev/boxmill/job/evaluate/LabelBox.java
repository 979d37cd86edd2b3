package dev.boxmill.job.evaluate;

import org.apache.spark.sql.Row;

/** Reads an element of the label table's {@code boxes}; its fields stand in the table's order. */
final class LabelBox {

  private static final int LABEL_ID = 0;
  private static final int LABEL = 1;
  private static final int SCORE = 2;
  private static final int REFINED = 3;
  private static final int DETECTOR = 7;

  private LabelBox() {}

  static LabelName name(Row box) {
    return new LabelName(box.getInt(LABEL_ID), box.getString(LABEL));
  }

  static double score(Row box) {
    return box.getFloat(SCORE);
  }

  /** Adds the box as it is after the refiners. */
  static void addRefined(Row box, int category, ImageDetections to) {
    add(box, REFINED, category, to);
  }

  /** Adds the box as the detector put it. */
  static void addDetector(Row box, int category, ImageDetections to) {
    add(box, DETECTOR, category, to);
  }

  private static void add(Row box, int first, int category, ImageDetections to) {
    double x = box.getFloat(first);
    double y = box.getFloat(first + 1);
    double width = box.getFloat(first + 2) - x;
    double height = box.getFloat(first + 3) - y;
    to.add(category, score(box), x, y, width, height);
  }
}
