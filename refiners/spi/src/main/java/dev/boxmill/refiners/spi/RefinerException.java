package dev.boxmill.refiners.spi;

/** A refiner could not be made, failed at a batch, or gave a result that it may not give. */
public final class RefinerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RefinerException(String message) {
    super(message);
  }

  RefinerException(String message, Throwable cause) {
    super(message, cause);
  }
}
