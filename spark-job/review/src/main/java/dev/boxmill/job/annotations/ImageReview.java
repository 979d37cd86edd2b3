package dev.boxmill.job.annotations;

import dev.boxmill.job.annotations.Suspect.AnnotationError;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The annotations of an image, scored.
 *
 * @param overlooked one for each sure box of the detector that no annotation touches
 * @param badlyPlaced one for each annotation
 * @param wronglyNamed one for each annotation
 */
record ImageReview(
    String uri, List<Suspect> overlooked, List<Suspect> badlyPlaced, List<Suspect> wronglyNamed) {

  /** Of the soft minimum: lower is nearer to the minimum, higher to the mean. */
  private static final double TEMPERATURE = 0.1;

  /** Keeps the logarithm of 0 finite. */
  private static final double TINY = 1e-100;

  ImageReview {
    overlooked = List.copyOf(overlooked);
    badlyPlaced = List.copyOf(badlyPlaced);
    wronglyNamed = List.copyOf(wronglyNamed);
  }

  /** How good the image's annotations look in one respect: a soft minimum over its boxes. */
  double quality(AnnotationError error) {
    return softMinimum(scored(error).stream().mapToDouble(Suspect::quality).toArray());
  }

  /** The geometric mean of the three. */
  double quality() {
    double logarithms = 0;
    for (AnnotationError error : AnnotationError.values()) {
      logarithms += Math.log(TINY + quality(error));
    }
    return Math.exp(logarithms / AnnotationError.values().length);
  }

  /** Boxes to look at, the worst first. */
  List<Suspect> suspects() {
    return Stream.of(AnnotationError.values())
        .flatMap(error -> scored(error).stream())
        .filter(Suspect::isSuspect)
        .sorted(Comparator.comparingDouble(Suspect::quality))
        .toList();
  }

  List<Suspect> scored(AnnotationError error) {
    return switch (error) {
      case OVERLOOKED -> overlooked;
      case BADLY_PLACED -> badlyPlaced;
      case WRONGLY_NAMED -> wronglyNamed;
    };
  }

  private static double softMinimum(double[] scores) {
    if (scores.length == 0) {
      return 1;
    }
    double least = Double.POSITIVE_INFINITY;
    for (double score : scores) {
      least = Math.min(least, score);
    }
    double weights = 0;
    double sum = 0;
    for (double score : scores) {
      double weight = Math.exp((least - score) / TEMPERATURE);
      weights += weight;
      sum += weight * score;
    }
    return sum / weights;
  }
}
