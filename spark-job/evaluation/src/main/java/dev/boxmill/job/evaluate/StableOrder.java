package dev.boxmill.job.evaluate;

import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Merge sort of indices: equal elements stay as they came, as in Matlab and numpy's mergesort.
 * Java's own stable sort takes objects, and there are millions of scores.
 */
final class StableOrder {

  /** Whether the element at index {@code a} must come before that at {@code b}. */
  interface Before {
    boolean test(int a, int b);
  }

  private StableOrder() {}

  /** The indices below {@code size} that are wanted, in order. */
  static int[] of(int size, IntPredicate wanted, Before before) {
    int[] order = IntStream.range(0, size).filter(wanted).toArray();
    sort(order, before);
    return order;
  }

  /** Sorts indices. */
  static void sort(int[] order, Before before) {
    sort(order.clone(), order, 0, order.length, before);
  }

  /** Both arrays hold the same elements between the ends; afterwards {@code to} is sorted there. */
  private static void sort(int[] from, int[] to, int start, int end, Before before) {
    if (end - start < 2) {
      return;
    }
    int middle = (start + end) >>> 1;
    sort(to, from, start, middle, before);
    sort(to, from, middle, end, before);
    int left = start;
    int right = middle;
    for (int i = start; i < end; i++) {
      boolean takeLeft = left < middle && (right >= end || !before.test(from[right], from[left]));
      to[i] = takeLeft ? from[left++] : from[right++];
    }
  }
}
