package dev.boxmill.job.run;

/** How many images are committed together when the user does not say. */
final class ChunkSize {

  /** A killed run loses the chunks in flight: some minutes of each slot's work. */
  private static final long IMAGES_PER_SLOT = 256;

  /** A table of millions of files would be slow to list. */
  private static final long MOST_CHUNKS = 10_000;

  /** One task gathers a chunk's rows, some kilobytes each. */
  private static final long MOST_IMAGES = 100_000;

  private ChunkSize() {}

  /**
   * Enough that every slot is busy with a chunk for a while, and that there are not too many files.
   *
   * @param files to label
   * @param slots tasks that run at once
   */
  static long of(long files, int slots) {
    return Math.min(MOST_IMAGES, Math.max(slots * IMAGES_PER_SLOT, files / MOST_CHUNKS));
  }
}
