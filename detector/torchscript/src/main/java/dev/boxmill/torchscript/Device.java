package dev.boxmill.torchscript;

import java.io.Serializable;

/**
 * Where a module computes: the CPU, or one CUDA device.
 *
 * @param kind CPU or CUDA
 * @param index number of the CUDA device; 0 for the CPU
 */
public record Device(Kind kind, int index) implements Serializable {

  /** Kinds of device. */
  public enum Kind {
    CPU,
    CUDA
  }

  public Device {
    if (index < 0 || (kind == Kind.CPU && index != 0)) {
      throw new IllegalArgumentException("Invalid device index: " + index + " (must be 0 for cpu)");
    }
  }

  public static Device cpu() {
    return new Device(Kind.CPU, 0);
  }

  public static Device cuda(int index) {
    return new Device(Kind.CUDA, index);
  }

  ai.djl.Device djl() {
    return switch (kind) {
      case CPU -> ai.djl.Device.cpu();
      case CUDA -> ai.djl.Device.gpu(index);
    };
  }

  @Override
  public String toString() {
    return switch (kind) {
      case CPU -> "cpu";
      case CUDA -> "cuda:" + index;
    };
  }
}
