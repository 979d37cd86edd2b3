package dev.boxmill.refiners.spi;

/** A refiner could not be made, failed at a batch, or gave a result that it may not give. */
public final class RefinerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RefinerException(String message) {
    super(message);
  }

  private RefinerException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * What a plugin threw.
   *
   * @param what failed, with a colon
   */
  static RefinerException of(String what, Throwable failure) {
    return new RefinerException(what + PluginFailure.text(failure), PluginFailure.asCause(failure));
  }

  /** The same by the message alone, of a failure that is made for the user. */
  static RefinerException told(String what, Throwable failure) {
    return new RefinerException(
        what + PluginFailure.message(failure), PluginFailure.asCause(failure));
  }
}
