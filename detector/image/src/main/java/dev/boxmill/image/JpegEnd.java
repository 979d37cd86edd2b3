package dev.boxmill.image;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The end of a JPEG. One that lacks its end marker alone shows all of its picture; whether more is
 * missing than that, the scans' headers and the decoder's warnings tell.
 */
final class JpegEnd {
  private static final int COEFFICIENTS = 64;
  private static final int NOT_YET = Integer.MAX_VALUE;
  private static final int LAST_RESTART = 0xd7;
  private static final int FIRST_RESTART = 0xd0;

  private JpegEnd() {}

  /** Whether an end marker comes after the start of the scan; coded data can't look like one. */
  static boolean isMarked(byte[] file) {
    int scan = JpegSegments.scan(file);
    for (int i = file.length - 2; scan >= 0 && i >= scan; i--) {
      if ((file[i] & 0xff) == 0xff && (file[i + 1] & 0xff) == JpegSegments.END) {
        return true;
      }
    }
    return false;
  }

  static byte[] marked(byte[] file) {
    byte[] marked = Arrays.copyOf(file, file.length + 2);
    marked[file.length] = (byte) 0xff;
    marked[file.length + 1] = (byte) JpegSegments.END;
    return marked;
  }

  /** Whether scans of all components, and of all bits of all coefficients, have begun. */
  static boolean hasAllScans(JpegFrame frame, byte[] file) {
    Map<Integer, int[]> missing = new HashMap<>(); // bits of each coefficient, by component
    int position = JpegSegments.scan(file);
    while (position >= 0) {
      if (!addScan(frame, file, position, missing)) {
        return false;
      }
      position = nextScan(file, position);
    }
    return missing.size() == frame.components()
        && missing.values().stream().flatMapToInt(Arrays::stream).allMatch(bits -> bits == 0);
  }

  private static boolean addScan(
      JpegFrame frame, byte[] file, int marker, Map<Integer, int[]> missing) {
    int components = marker + 4 < file.length ? file[marker + 4] & 0xff : 0;
    int spectrum = marker + 5 + 2 * components;
    if (spectrum + 2 >= file.length) {
      return false;
    }
    int first = frame.isProgressive() ? file[spectrum] & 0xff : 0;
    int last = frame.isProgressive() ? file[spectrum + 1] & 0xff : COEFFICIENTS - 1;
    int bits = frame.isProgressive() ? file[spectrum + 2] & 0xf : 0;
    for (int i = 0; i < components; i++) {
      int[] left = missing.computeIfAbsent(file[marker + 5 + 2 * i] & 0xff, JpegEnd::nothingYet);
      Arrays.fill(left, Math.min(first, COEFFICIENTS), Math.min(last + 1, COEFFICIENTS), bits);
    }
    return first <= last;
  }

  private static int[] nothingYet(int component) {
    int[] left = new int[COEFFICIENTS];
    Arrays.fill(left, NOT_YET);
    return left;
  }

  /** Where the next scan's marker stands; -1 if there is none. */
  private static int nextScan(byte[] file, int scan) {
    for (int i = scan + 2; i + 1 < file.length; i++) {
      if ((file[i] & 0xff) != 0xff) {
        continue;
      }
      int marker = file[i + 1] & 0xff;
      if (marker == JpegSegments.START_OF_SCAN) {
        return i;
      }
      boolean coded = marker == 0 || (marker >= FIRST_RESTART && marker <= LAST_RESTART);
      if (!coded && marker != 0xff && i + 3 < file.length) {
        i += 1 + (((file[i + 2] & 0xff) << 8) | (file[i + 3] & 0xff));
      }
    }
    return -1;
  }
}
