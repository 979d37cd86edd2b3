package dev.boxmill.job.evaluate;

/** Which images of an annotation tool's export count. */
public enum Reviewed {
  /** All; those that nobody has reviewed by their drafts. */
  ALL,
  /** Those that the export says are reviewed. */
  ONLY
}
