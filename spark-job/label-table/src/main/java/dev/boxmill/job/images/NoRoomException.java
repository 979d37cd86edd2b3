package dev.boxmill.job.images;

import java.io.IOException;

/** Java's heap has no room for an image's bytes; the message is the reason alone. */
public final class NoRoomException extends IOException {

  private static final long serialVersionUID = 1;

  NoRoomException(String reason) {
    super(reason);
  }
}
