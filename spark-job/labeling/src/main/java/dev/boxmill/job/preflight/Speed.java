package dev.boxmill.job.preflight;

import java.io.Serializable;

/**
 * What one task measured.
 *
 * @param labelled images, the first one included
 * @param failed images without labels
 * @param failure why the first of them failed; blank if none did
 * @param bytes of all images that were read
 * @param timed images that count for the speed
 * @param seconds that they took, from the first read to the last row
 */
record Speed(long labelled, long failed, String failure, long bytes, long timed, double seconds)
    implements Serializable {

  long images() {
    return labelled + failed;
  }

  /** Images per second. */
  double rate() {
    return seconds <= 0 ? 0 : timed / seconds;
  }
}
