package dev.boxmill.detr.dab;

/** What queries hold before the first decoder layer. */
public enum QueryContent {
  /** Nothing. */
  ZERO("zero"),
  /** Each of some learned patterns, so that an anchor box can find as many objects. */
  PATTERNS("patterns"),
  /**
   * The embedding that marks ordinary queries in DN-DETR, as opposed to the denoising ones of
   * training.
   */
  NO_OBJECT("no object");

  private final String constant;

  QueryContent(String constant) {
    this.constant = constant;
  }

  /** As the program calls it. */
  String constant() {
    return constant;
  }
}
