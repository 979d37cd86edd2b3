package dev.boxmill.job.session;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Runs a batch; where it fails as a whole, its halves have their own try, down to single items, so
 * that no item spoils another and a batch too large for the memory is done in parts.
 */
final class SplitBatch {

  private SplitBatch() {}

  /**
   * One result for each item, in order.
   *
   * @param work gives one result for each item of its batch, or throws
   * @param failed the result of an item that fails alone
   * @throws LostDeviceException if the device is lost: that is no item's fault, and Spark tries the
   *     task in another process
   */
  static <I, O> List<O> run(
      List<I> batch, Function<List<I>, List<O>> work, BiFunction<I, Throwable, O> failed) {
    try {
      return work.apply(batch);
    } catch (RuntimeException | OutOfMemoryError fault) {
      DeviceFaults.throwIfLost(fault);
      if (batch.size() == 1) {
        return List.of(failed.apply(batch.get(0), fault));
      }
    }
    int half = batch.size() / 2;
    List<O> results = new ArrayList<>(run(batch.subList(0, half), work, failed));
    results.addAll(run(batch.subList(half, batch.size()), work, failed));
    return results;
  }
}
