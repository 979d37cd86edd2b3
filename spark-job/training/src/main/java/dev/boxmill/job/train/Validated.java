package dev.boxmill.job.train;

import dev.boxmill.job.evaluate.ImageMatches;
import java.io.Serializable;

/**
 * A held-out image, matched to its annotations.
 *
 * @param truth its index in the ground truth
 * @param detector the detector's boxes
 * @param refined the same after the refiner
 */
record Validated(int truth, ImageMatches detector, ImageMatches refined) implements Serializable {}
