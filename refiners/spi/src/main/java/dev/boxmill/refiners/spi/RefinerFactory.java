package dev.boxmill.refiners.spi;

import java.nio.file.Path;
import java.util.List;

/**
 * One kind of refiner: its name, the options that it understands, and how to make one.
 *
 * <p>The name and the options are read on the driver, before any executor works: a user who
 * misspells one learns so at once. Only the name and the options' values travel to the executors.
 */
public interface RefinerFactory {

  /**
   * What users write after {@code --refiner}: lower-case letters, digits and hyphens, a letter
   * first. No two plugins of a run may use the same name, and {@code none} is taken.
   */
  String name();

  /** The options in the order in which to explain them; empty if there are none. */
  List<RefinerOption> options();

  /**
   * The files that decide what the refiner does, such as its weights: their content becomes part of
   * the run's fingerprint. Called on the driver, before any executor works: the place to refuse,
   * without loading anything native, what cannot work for this detector.
   *
   * @param context the detector; device and precision are the driver's CPU and float32, whatever
   *     the executors have
   * @throws RuntimeException as {@link #create}
   */
  default List<Path> files(RefinerOptions options, RefinerContext context) {
    return List.of();
  }

  /**
   * Whether its refiners read feature maps. If not, boxes that lie in a table already are refined
   * without their images ({@code boxmill refine}): such a refiner gets {@link FeatureMaps#none}
   * there.
   */
  default boolean usesFeatures() {
    return true;
  }

  /**
   * Whether its refiners only move boxes: all detections stay, with their scores and labels. Then a
   * table that they made still holds all that the detector found, and can be refined again.
   */
  default boolean onlyMoves() {
    return false;
  }

  /**
   * Makes a refiner. Called on an executor, once for each batch that it computes at once; this is
   * the place to load weights.
   *
   * @param options every declared option with the user's value or its default, already checked
   * @param context the detector that the boxes come from
   * @throws RuntimeException if it cannot be made, with a message for the user: say what is missing
   *     and where it was looked for
   */
  BoxRefiner create(RefinerOptions options, RefinerContext context);
}
