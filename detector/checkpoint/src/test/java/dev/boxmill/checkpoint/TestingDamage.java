package dev.boxmill.checkpoint;

import java.util.Arrays;
import java.util.Random;

/** Damages bytes at random, with a liking for changes that leave JSON nearly right. */
final class TestingDamage {

  /** {@code -Dfuzz.times=100} makes a hundred times as many rounds. */
  static final int TIMES = Integer.getInteger("fuzz.times", 1);

  private static final String JSON_CHARACTERS = "{}[]\",:0123456789-eE.\\ ";
  private static final int MOST_CHANGES = 4;
  private static final int MOST_MOVED = 24;

  private final Random random;

  TestingDamage(long seed) {
    random = new Random(seed);
  }

  /**
   * One to four changes.
   *
   * @param favored how many bytes at the start get nine in ten of the changes
   */
  byte[] of(byte[] valid, int favored) {
    byte[] bytes = valid.clone();
    for (int change = random.nextInt(MOST_CHANGES); change >= 0; change--) {
      int end = random.nextInt(10) == 0 ? bytes.length : Math.min(bytes.length, favored);
      bytes = changed(bytes, random.nextInt(end));
    }
    return bytes;
  }

  private byte[] changed(byte[] bytes, int at) {
    switch (random.nextInt(10)) {
      case 0 -> bytes[at] = (byte) random.nextInt();
      case 1, 2, 3, 4 ->
          bytes[at] = (byte) JSON_CHARACTERS.charAt(random.nextInt(JSON_CHARACTERS.length()));
      case 5, 6 -> bytes[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      case 7, 8 -> copyWithin(bytes, at);
      default -> {
        return Arrays.copyOf(bytes, Math.max(1, bytes.length + random.nextInt(17) - 8));
      }
    }
    return bytes;
  }

  private void copyWithin(byte[] bytes, int to) {
    int from = random.nextInt(bytes.length);
    int room = bytes.length - Math.max(from, to);
    System.arraycopy(bytes, from, bytes, to, Math.min(random.nextInt(MOST_MOVED), room));
  }
}
