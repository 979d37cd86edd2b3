package dev.boxmill.job.evaluate;

/** Which images of a table or a result file are evaluated. */
public enum ImageScope {
  /** All of them; one that is not annotated is refused. */
  ALL,
  /** Those that are annotated; others are left out. */
  ANNOTATED
}
