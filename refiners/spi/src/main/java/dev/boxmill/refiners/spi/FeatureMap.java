package dev.boxmill.refiners.spi;

import static java.util.Objects.requireNonNull;

import dev.boxmill.torchscript.Tensor;

/**
 * One level of the detector's backbone.
 *
 * @param stride pixels of the resized picture per cell, as the level's paper counts them: 4 for C2,
 *     8, 16, 32 for C5. A cell's center lies at {@code (index + 0.5) / cells} of the image's width
 *     or height.
 * @param values (B, C, h, w), in the run's precision, on the executor's device. The host's: never
 *     close it, never write to it, keep it no longer than the call. A program of one's own takes it
 *     as it is; {@link Tensor#floats} copies it to Java as float32.
 */
public record FeatureMap(int stride, Tensor values) {

  public FeatureMap {
    requireNonNull(values, "values is null");
    if (stride < 1) {
      throw new IllegalArgumentException("Invalid stride: " + stride + " (must be at least 1)");
    }
  }
}
