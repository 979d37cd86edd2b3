package dev.boxmill.job.evaluate;

/** Which images of an annotation tool's export count. */
public enum Reviewed {
  /** All; those that nobody has reviewed by their drafts. */
  ALL,
  /** Those that the export says are reviewed; an export that does not tell is refused. */
  ONLY,
  /** Those that the export says are reviewed, or all where it does not tell. */
  ONLY_WHERE_TOLD
}
