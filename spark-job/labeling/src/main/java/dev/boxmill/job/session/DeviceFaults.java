package dev.boxmill.job.session;

import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelRow;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads PyTorch's errors, which are text: memory that ran out, and devices that will not recover.
 */
final class DeviceFaults {

  private DeviceFaults() {}

  /**
   * Throws on if the device is lost: after such a CUDA error every later call of the process fails,
   * so that no image may be blamed.
   */
  static void throwIfLost(Throwable fault) {
    if (String.valueOf(fault).contains("CUDA error") && !isMemory(fault)) {
      throw new IllegalStateException("Cannot compute on the device any more: " + fault, fault);
    }
  }

  /** The row of an image that fails alone. */
  static LabelRow.Failed row(
      String uri, Optional<String> sha256, Optional<ImageSize> size, Throwable fault) {
    return new LabelRow.Failed(uri, sha256, size, category(fault), message(fault));
  }

  /** The category of an image that fails alone. */
  static ErrorCategory category(Throwable fault) {
    return isMemory(fault) ? ErrorCategory.RESOURCES : ErrorCategory.INTERNAL;
  }

  /** What a fault says, or its name where it says nothing. */
  static String message(Throwable fault) {
    return fault.getMessage() == null ? fault.toString() : fault.getMessage();
  }

  private static boolean isMemory(Throwable fault) {
    String text = String.valueOf(fault).toLowerCase(Locale.ROOT);
    return fault instanceof OutOfMemoryError
        || text.contains("out of memory")
        || text.contains("can't allocate memory");
  }
}
