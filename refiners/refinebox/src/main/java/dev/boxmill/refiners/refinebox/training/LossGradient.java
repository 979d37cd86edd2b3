package dev.boxmill.refiners.refinebox.training;

/**
 * The loss of some boxes, summed over them and all steps, and its slope in every weight.
 *
 * @param values like the weights' row
 * @param loss 5 L1 + 2 GIoU
 * @param boxes how many were summed
 */
public record LossGradient(float[] values, double loss, int boxes) {}
