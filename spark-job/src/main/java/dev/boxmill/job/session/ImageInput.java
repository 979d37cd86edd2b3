package dev.boxmill.job.session;

import static java.util.Objects.requireNonNull;

import java.io.IOException;

/**
 * One image to label. It never leaves the task that made it.
 *
 * @param uri where it lies; becomes the row's {@code image_uri}
 * @param content its bytes, fetched when asked for; may be called from any thread, once
 */
public record ImageInput(String uri, Content content) {

  public ImageInput {
    requireNonNull(uri, "uri is null");
    requireNonNull(content, "content is null");
  }

  /** The file's bytes. */
  @FunctionalInterface
  public interface Content {

    /**
     * Reads all of the file; may wait for the store.
     *
     * @throws ImageInputException if the file can't be had, with the category for its row
     * @throws IOException if the store fails (category {@code STORAGE})
     */
    byte[] read() throws IOException;
  }
}
