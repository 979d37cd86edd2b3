package dev.boxmill.checkpoint;

/**
 * A checkpoint directory that can't be used as it is: a file is missing or damaged, or holds
 * something else than the detector needs. The message names the file, the tensor or key, the reason
 * and what to do.
 */
public class CheckpointException extends RuntimeException {

  public CheckpointException(String message) {
    super(message);
  }

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
