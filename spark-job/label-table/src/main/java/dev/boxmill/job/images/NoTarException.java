package dev.boxmill.job.images;

import java.io.IOException;

/** A file that is not the archive it was taken for; the message is the reason alone. */
public final class NoTarException extends IOException {

  private static final long serialVersionUID = 1;

  NoTarException(String reason) {
    super(reason);
  }

  NoTarException(String reason, Exception cause) {
    super(reason, cause);
  }
}
