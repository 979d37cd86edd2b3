package dev.boxmill.detr.criterion;

import java.util.Optional;

/**
 * What a network of the family is trained to make small.
 *
 * @param classLoss how wrong classes count
 * @param matching weights of the cost by which each layer's predictions are assigned to objects
 * @param losses weights of the losses of what was assigned
 * @param giouEpsilon added to both denominators of GIoU: some authors' code has it
 * @param boxes which predictions the losses of boxes count
 * @param distributions weights of the losses of distributions; empty where boxes alone learn
 */
public record CriterionSettings(
    ClassLoss classLoss,
    Weights matching,
    Weights losses,
    double giouEpsilon,
    BoxPairs boxes,
    Optional<DistributionWeights> distributions) {

  /** DETR's: softmax over the classes and "no object". */
  public static final CriterionSettings DETR =
      of(ClassLoss.SOFTMAX, new Weights(1, 5, 2), new Weights(1, 5, 2), 0);

  /** Conditional DETR's and Deformable DETR's: focal loss, which counts twice. */
  public static final CriterionSettings FOCAL =
      of(ClassLoss.FOCAL, new Weights(2, 5, 2), new Weights(2, 5, 2), 0);

  /** DAB-DETR's, DN-DETR's and DINO's: focal loss, and an epsilon in GIoU. */
  public static final CriterionSettings DAB =
      of(ClassLoss.FOCAL, new Weights(2, 5, 2), new Weights(1, 5, 2), 1e-6);

  /** RT-DETR's. */
  public static final CriterionSettings RT_DETR =
      of(ClassLoss.VARIFOCAL, new Weights(2, 5, 2), new Weights(1, 5, 2), 0);

  private static final DistributionWeights FINE = new DistributionWeights(0.15, 1.5);

  /** D-FINE's. */
  public static final CriterionSettings D_FINE = RT_DETR.with(BoxPairs.UNION, Optional.of(FINE));

  /** DEIM's, and DEIMv2's. */
  public static final CriterionSettings DEIM =
      of(ClassLoss.MATCHABILITY, new Weights(2, 5, 2), new Weights(1, 5, 2), 0)
          .with(BoxPairs.UNION, Optional.of(FINE));

  /** Of DEIMv2's smallest networks. */
  public static final CriterionSettings DEIM_LITE = DEIM.with(BoxPairs.OWN, Optional.empty());

  private static CriterionSettings of(
      ClassLoss classLoss, Weights matching, Weights losses, double giouEpsilon) {
    return new CriterionSettings(
        classLoss, matching, losses, giouEpsilon, BoxPairs.OWN, Optional.empty());
  }

  private CriterionSettings with(BoxPairs pairs, Optional<DistributionWeights> weights) {
    return new CriterionSettings(classLoss, matching, losses, giouEpsilon, pairs, weights);
  }

  /** Which predictions of a set stand for objects, as to its boxes. */
  public enum BoxPairs {
    /** Those that the set's own matching gives. */
    OWN,
    /** Those that any set's matching gives (D-FINE: "GO-LSD"). */
    UNION
  }

  /** Kinds of class loss. */
  public enum ClassLoss {
    /** Weighted cross entropy; the last class stands for "no object". */
    SOFTMAX,
    /** Focal loss of a score per class. */
    FOCAL,
    /** Varifocal loss of a score per class, which is to be the box's IoU. */
    VARIFOCAL,
    /**
     * DEIM's: a matched score is to be a power of the box's IoU, and all matched ones count alike.
     */
    MATCHABILITY
  }

  /**
   * Factors of the three parts.
   *
   * @param ofClass of the class
   * @param l1 of the boxes' L1 distance
   * @param giou of the boxes' generalized IoU
   */
  public record Weights(double ofClass, double l1, double giou) {}

  /**
   * Factors of the losses of distributions.
   *
   * @param localization of the fine-grained localization loss: how near a distribution is to the
   *     object's side
   * @param distillation of how far a layer's distributions are from the last layer's
   */
  public record DistributionWeights(double localization, double distillation) {}
}
