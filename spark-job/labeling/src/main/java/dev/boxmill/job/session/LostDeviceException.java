package dev.boxmill.job.session;

/**
 * A device computes no more in this process: every later call fails. No image is to blame, and only
 * another process can go on.
 */
public final class LostDeviceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  LostDeviceException(Throwable fault) {
    super("Cannot compute on the device any more: " + DeviceFaults.message(fault), fault);
  }
}
