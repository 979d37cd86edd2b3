package dev.boxmill.job.bench;

import java.util.List;

/** What a measurement says when one slow or one lucky turn must not move it. */
final class Median {

  private Median() {}

  /** The upper one of the two in the middle where there are two. */
  static double of(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
