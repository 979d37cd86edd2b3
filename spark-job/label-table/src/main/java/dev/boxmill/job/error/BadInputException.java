package dev.boxmill.job.error;

/**
 * The user asked for something that can't be done; found on the driver, before executors work. The
 * message names the thing, the reason and the remedy, and is all that the user sees.
 */
public final class BadInputException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public BadInputException(String message) {
    super(message);
  }

  public BadInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
