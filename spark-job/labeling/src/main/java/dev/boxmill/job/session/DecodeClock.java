package dev.boxmill.job.session;

import dev.boxmill.image.RegionReading.Visitor;

/** Times decoding that is interrupted by the use of what was decoded. */
final class DecodeClock {
  private final StageTimes times;
  private long since = System.nanoTime();

  /** Runs from here on. */
  DecodeClock(StageTimes times) {
    this.times = times;
  }

  /** Stands while a region is used. */
  Visitor paused(Visitor use) {
    return (region, picture) -> {
      stop();
      use.visit(region, picture);
      since = System.nanoTime();
    };
  }

  void stop() {
    times.addSince(Stage.DECODE, since);
  }
}
