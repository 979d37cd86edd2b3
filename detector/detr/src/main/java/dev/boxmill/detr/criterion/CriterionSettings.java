package dev.boxmill.detr.criterion;

/**
 * What a network of the family is trained to make small.
 *
 * @param classLoss how wrong classes count
 * @param matching weights of the cost by which each layer's predictions are assigned to objects
 * @param losses weights of the losses of what was assigned
 * @param giouEpsilon added to both denominators of GIoU: some authors' code has it
 */
public record CriterionSettings(
    ClassLoss classLoss, Weights matching, Weights losses, double giouEpsilon) {

  /** DETR's: softmax over the classes and "no object". */
  public static final CriterionSettings DETR =
      new CriterionSettings(ClassLoss.SOFTMAX, new Weights(1, 5, 2), new Weights(1, 5, 2), 0);

  /** Conditional DETR's and Deformable DETR's: focal loss, which counts twice. */
  public static final CriterionSettings FOCAL =
      new CriterionSettings(ClassLoss.FOCAL, new Weights(2, 5, 2), new Weights(2, 5, 2), 0);

  /** DAB-DETR's, DN-DETR's and DINO's: focal loss, and an epsilon in GIoU. */
  public static final CriterionSettings DAB =
      new CriterionSettings(ClassLoss.FOCAL, new Weights(2, 5, 2), new Weights(1, 5, 2), 1e-6);

  /** RT-DETR's. */
  public static final CriterionSettings RT_DETR =
      new CriterionSettings(ClassLoss.VARIFOCAL, new Weights(2, 5, 2), new Weights(1, 5, 2), 0);

  /** Kinds of class loss. */
  public enum ClassLoss {
    /** Weighted cross entropy; the last class stands for "no object". */
    SOFTMAX,
    /** Focal loss of a score per class. */
    FOCAL,
    /** Varifocal loss of a score per class, which is to be the box's IoU. */
    VARIFOCAL
  }

  /**
   * Factors of the three parts.
   *
   * @param ofClass of the class
   * @param l1 of the boxes' L1 distance
   * @param giou of the boxes' generalized IoU
   */
  public record Weights(double ofClass, double l1, double giou) {}
}
