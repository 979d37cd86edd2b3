package dev.boxmill.torchscript;

/** PyTorch refused a program, or a program failed while running. */
public final class TorchScriptException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TorchScriptException(String message, Throwable cause) {
    super(message, cause);
  }
}
