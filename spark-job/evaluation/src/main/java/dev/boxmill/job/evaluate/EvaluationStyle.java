package dev.boxmill.job.evaluate;

import java.util.List;

/** Whose rules count. */
public enum EvaluationStyle {
  /** pycocotools: crowds, at most 100 detections of a category in an image. */
  COCO(List.of(1, 10, 100)),
  /** The lvis package: federated annotations, at most 300 detections in an image. */
  LVIS(List.of(300));

  private final List<Integer> limits;

  EvaluationStyle(List<Integer> limits) {
    this.limits = limits;
  }

  /**
   * Up to how many of the best detections recall is counted, ascending: of a category in an image
   * for COCO, of an image for LVIS. Precision goes by the last.
   */
  List<Integer> limits() {
    return limits;
  }

  int limit() {
    return limits.get(limits.size() - 1);
  }
}
