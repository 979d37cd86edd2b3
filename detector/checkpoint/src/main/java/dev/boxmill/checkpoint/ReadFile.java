package dev.boxmill.checkpoint;

import java.io.Closeable;
import java.io.IOException;

/** A file that was only read: it has nothing to lose when closing it fails. */
final class ReadFile {

  private ReadFile() {}

  /**
   * Closes it.
   *
   * @param file null if it was never opened
   */
  static void close(Closeable file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      System.getLogger(Checkpoint.class.getName())
          .log(System.Logger.Level.WARNING, "Cannot close a checkpoint file", e);
    }
  }
}
