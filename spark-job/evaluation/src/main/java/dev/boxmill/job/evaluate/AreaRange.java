package dev.boxmill.job.evaluate;

import java.util.List;

/** Objects by their area in square pixels, both borders included. */
enum AreaRange {
  ALL(0, 1e5 * 1e5),
  SMALL(0, 32 * 32),
  MEDIUM(32 * 32, 96 * 96),
  LARGE(96 * 96, 1e5 * 1e5);

  /** All of them; {@link #values} makes a copy at every call. */
  static final List<AreaRange> RANGES = List.of(values());

  static final int COUNT = RANGES.size();

  private final double least;
  private final double most;

  AreaRange(double least, double most) {
    this.least = least;
    this.most = most;
  }

  boolean holds(double area) {
    return !(area < least || area > most);
  }
}
