package dev.boxmill.job.annotations;

import dev.boxmill.job.evaluate.AnnotatedImage.Found;
import dev.boxmill.job.evaluate.TruthObject;
import java.io.Serializable;
import java.util.Locale;
import java.util.Optional;

/**
 * One box and how good its annotation looks in one respect.
 *
 * @param quality 1 where it looks right, 0 where it looks wrong
 * @param object the annotation; empty if it is missing
 * @param found the detector's box that speaks against it; empty if two annotations contradict each
 *     other, or nothing speaks against it
 */
record Suspect(
    AnnotationError error, double quality, Optional<TruthObject> object, Optional<Found> found) {

  /** A box that scores so much or less is one to look at, as in the package cleanlab. */
  static final double MOST_QUALITY = 0.3;

  /** What people do wrong. */
  enum AnnotationError {
    OVERLOOKED,
    BADLY_PLACED,
    WRONGLY_NAMED;

    /** In words, for example {@code badly placed}. */
    String title() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /**
   * An error of a class.
   *
   * @param category index of the annotated class, or of the one that was overlooked
   */
  record ClassError(int category, AnnotationError error) implements Serializable {}

  ClassError classError() {
    int category =
        object.map(TruthObject::category).orElseGet(() -> found.orElseThrow().category());
    return new ClassError(category, error);
  }

  boolean isSuspect() {
    return quality <= MOST_QUALITY;
  }
}
