package dev.boxmill.detr.training;

import java.util.Map;

/**
 * A batch's share of a step's loss, and its slope in every parameter.
 *
 * @param batch the losses
 * @param values the gradient: a number for each of the parameters' row
 */
public record LossGradient(BatchLosses batch, float[] values) {

  /** See {@link BatchLosses}. */
  public Map<String, Double> losses() {
    return batch.losses();
  }

  /** The weighted sum of the losses. */
  public double total() {
    return batch.total();
  }

  /** See {@link BatchLosses}. */
  public float[] statistics() {
    return batch.statistics();
  }
}
