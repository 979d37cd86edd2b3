package dev.boxmill.job.session;

import java.util.Locale;

/** What a task's time goes into. */
public enum Stage {
  /** Until the detector is on its device: the first task's load, or the wait for it. */
  LOAD,
  /** Bytes from storage, on reader threads beside the task. */
  READ,
  /** Bytes to pixels, on reader threads beside the task. */
  DECODE,
  /** Pixels to the network's size, on reader threads beside the task. */
  RESIZE,
  /** The task has no picture to give to the device. */
  WAIT_FOR_PICTURES,
  /** Another task's batch is on the device. */
  WAIT_FOR_DEVICE,
  /** The network, with what becomes of its results. */
  NETWORK,
  /** The chain of refiners. */
  REFINERS,
  /** All of the task, from opening the labeler to the last row written. */
  TASK;

  /** For example {@code wait_for_pictures}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
