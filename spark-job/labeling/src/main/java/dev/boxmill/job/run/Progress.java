package dev.boxmill.job.run;

/** Images done so far, and how many of them failed. */
record Progress(long images, long failures) {

  static final Progress NONE = new Progress(0, 0);

  Progress plus(Progress other) {
    return new Progress(images + other.images, failures + other.failures);
  }
}
