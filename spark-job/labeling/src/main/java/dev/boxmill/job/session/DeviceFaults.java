package dev.boxmill.job.session;

import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelRow;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads PyTorch's errors, which are text: memory that ran out, and devices that will not recover.
 */
public final class DeviceFaults {

  /** As PyTorch, CUDA, cuDNN, cuBLAS, the JVM and C++ say that memory ran out. */
  private static final Pattern MEMORY =
      Pattern.compile(
          "out of memory|can't allocate memory|cannot allocate memory|not enough memory"
              + "|cannot reserve .* direct buffer|alloc_failed|allocation_failed|bad_alloc",
          Pattern.CASE_INSENSITIVE);

  /** As NVIDIA's libraries report their errors through PyTorch. */
  private static final Pattern DEVICE =
      Pattern.compile(
          "CUDA error|CUDA driver error|cuDNN error|cuDNN_frontend error|CUDNN_STATUS_|CUBLAS_STATUS_"
              + "|cuBLASLt|cuSOLVER error|CUSOLVER_STATUS_|CUFFT_|cuFFT error|NVRTC_ERROR"
              + "|device-side assert|CUDA call failed",
          Pattern.CASE_INSENSITIVE);

  /** cuDNN has no kernel for an operation: the device is sound. */
  private static final Pattern UNSUPPORTED =
      Pattern.compile("CUDNN_STATUS_NOT_SUPPORTED", Pattern.CASE_INSENSITIVE);

  private static final int DEEPEST_CAUSE = 10;

  private DeviceFaults() {}

  /**
   * Throws if the device is lost: after such an error every later call of the process fails, so
   * that no image may be blamed.
   */
  static void throwIfLost(Throwable fault) {
    String text = text(fault);
    boolean device = DEVICE.matcher(text).find() && !UNSUPPORTED.matcher(text).find();
    if (device && !isMemory(fault)) {
      throw new LostDeviceException(fault);
    }
  }

  /** Whether a task failed because its device is lost. */
  public static boolean isLost(Throwable fault) {
    return chain(fault).anyMatch(LostDeviceException.class::isInstance);
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
    return chain(fault).anyMatch(OutOfMemoryError.class::isInstance)
        || MEMORY.matcher(text(fault)).find();
  }

  /** What a fault and its causes say: refiners wrap what PyTorch threw. */
  private static String text(Throwable fault) {
    return chain(fault).map(Throwable::toString).collect(Collectors.joining("\n"));
  }

  private static Stream<Throwable> chain(Throwable fault) {
    return Stream.iterate(fault, Objects::nonNull, Throwable::getCause).limit(DEEPEST_CAUSE);
  }
}
