package dev.boxmill.torchscript;

import java.util.Locale;
import java.util.Map;

/**
 * Which file of convolution functions a program is assembled with; all define the same functions.
 */
public enum Convolutions {
  /** oneDNN's prepacked convolutions with fused activation and addition: x86 Linux only. */
  ONEDNN("conv_onednn.py", "oneDNN"),
  /** Plain PyTorch operators: every device. */
  ATEN("conv_aten.py", "PyTorch's own operators"),
  /** Plain operators that autograd takes, and live BatchNorms: for training, on every device. */
  DIFFERENTIABLE("conv_training.py", "PyTorch's own operators");

  private final String file;
  private final String library;

  Convolutions(String file, String library) {
    this.file = file;
    this.library = library;
  }

  /** Whose they are, in words. */
  public String library() {
    return library;
  }

  /** The functions. Training's that are missing in its file are the plain ones. */
  Program program() {
    Program own = Program.of(Program.class, file);
    return this == DIFFERENTIABLE
        ? ATEN.program().replacedBy(own).with(Map.of("TAKES_ONEDNN", pytorchHasOneDnn()))
        : own;
  }

  /** PyTorch's binaries for macOS are built without it. */
  private static boolean pytorchHasOneDnn() {
    return !runsOn("mac");
  }

  private static boolean runsOn(String system) {
    return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains(system);
  }

  /**
   * The fastest file that works there. oneDNN computes float16 on few CPUs, so that precision takes
   * the plain file; and bfloat16 does on CPUs without the vector instructions that oneDNN needs.
   */
  public static Convolutions on(Device device, Precision precision) {
    boolean x86Linux = runsOn("linux") && System.getProperty("os.arch").equals("amd64");
    return device.kind() == Device.Kind.CPU && x86Linux && computes(precision) ? ONEDNN : ATEN;
  }

  private static boolean computes(Precision precision) {
    return switch (precision) {
      case FP32 -> true;
      case BF16 -> CpuFlags.ofThisMachine().convolveBfloat16();
      case FP16 -> false;
      case AUTO -> throw new IllegalStateException("AUTO has no kernels before on(device)");
    };
  }
}
