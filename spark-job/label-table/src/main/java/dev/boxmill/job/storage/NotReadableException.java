package dev.boxmill.job.storage;

import java.io.IOException;

/** A file that is nothing to read, a pipe for example; the message is the reason alone. */
public final class NotReadableException extends IOException {

  private static final long serialVersionUID = 1;

  NotReadableException(String reason) {
    super(reason);
  }
}
