package dev.boxmill.detr.criterion;

import java.util.List;

/**
 * What is drawn for one copy of an object.
 *
 * @param label uniform in [0, 1): whether a random label replaces its own
 * @param newLabel what it is then
 * @param amounts four, uniform in [0, 1): how far each of the box's numbers moves
 * @param signs four, -1 or 1: which way corners move
 */
public record Noise(float label, int newLabel, List<Float> amounts, List<Float> signs) {

  public Noise {
    amounts = List.copyOf(amounts);
    signs = List.copyOf(signs);
  }

  /** The two copies of an object. */
  public enum Side {
    /** Near enough to be it. */
    NEAR,
    /** Too far. */
    FAR
  }

  /** Draws what copies need. */
  public interface Source {

    /** Draws for a copy of an image's object. */
    Noise of(int image, int group, Side side, int object);
  }
}
