package dev.boxmill.detr.training;

import java.util.Map;

/**
 * A batch's share of a step's loss. The shares of all batches of a step add up to the step's.
 *
 * @param losses by the name that DINO's code has for it: {@code loss_ce}, {@code loss_bbox} and
 *     {@code loss_giou} of the last layer, {@code loss_ce_0} of the first and so on, {@code
 *     loss_ce_enc} or {@code _interm} of the encoder, {@code loss_ce_dn} of denoising; not weighted
 * @param total the weighted sum, which the gradient is of
 * @param statistics means and variances that live BatchNorms found in the batch, for {@link
 *     TrainableDetector#follow}; these don't add up: a step's are the mean over its images
 */
public record BatchLosses(Map<String, Double> losses, double total, float[] statistics) {

  public BatchLosses {
    losses = Map.copyOf(losses);
  }
}
