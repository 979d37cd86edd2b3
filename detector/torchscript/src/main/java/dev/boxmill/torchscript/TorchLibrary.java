package dev.boxmill.torchscript;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;

/** PyTorch's native library, which a JVM loads once and keeps. */
public final class TorchLibrary {

  private TorchLibrary() {}

  /**
   * Loads it if nobody did.
   *
   * @return its version, such as {@code 2.7.1}
   * @throws TorchScriptException if it can't be loaded here
   */
  public static String load() {
    try {
      return Engine.getEngine("PyTorch").getVersion();
    } catch (EngineException | LinkageError e) {
      throw new TorchScriptException("Cannot load PyTorch's native library: " + reason(e), e);
    }
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
