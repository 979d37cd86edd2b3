package dev.boxmill.job.run;

import java.util.OptionalDouble;

/**
 * How fast images are done. The clock starts when the first are: what came before, such as loading
 * the detector, says nothing about the rest.
 */
final class Pace {

  private boolean begun;
  private long firstNanos;
  private long firstImages;
  private OptionalDouble rate = OptionalDouble.empty();

  /** So many images are done at that time. */
  void see(long images, long nanos) {
    if (!begun && images > 0) {
      begun = true;
      firstNanos = nanos;
      firstImages = images;
    }
    if (images > firstImages && nanos > firstNanos && begun) {
      rate = OptionalDouble.of((images - firstImages) / ((nanos - firstNanos) / 1e9));
    }
  }

  /** Images per second; empty until that can be told. */
  OptionalDouble rate() {
    return rate;
  }
}
