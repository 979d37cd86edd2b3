package dev.boxmill.job.images;

import static java.util.Objects.requireNonNull;

import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.LabelRow;
import java.io.IOException;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * One image to label. It never leaves the task that made it.
 *
 * @param uri where it lies; becomes the row's {@code image_uri}
 * @param content its bytes, fetched when asked for; may be called from any thread, once
 * @param known the row that a table has of it, whose boxes are to be refined again; empty for an
 *     image that is to be looked at
 * @param kept what its row carries along; empty if nothing
 */
public record ImageInput(
    String uri, Content content, Optional<LabelRow> known, Optional<Row> kept) {

  public ImageInput {
    requireNonNull(uri, "uri is null");
    requireNonNull(content, "content is null");
    requireNonNull(known, "known is null");
    requireNonNull(kept, "kept is null");
  }

  /** An image that no table knows. */
  public ImageInput(String uri, Content content) {
    this(uri, content, Optional.empty(), Optional.empty());
  }

  /**
   * Boxes of another picture would lie anywhere.
   *
   * @param sha256 of the bytes that were read
   * @throws ImageInputException if a table knows the image with others
   */
  public void requireUnchanged(String sha256) throws ImageInputException {
    if (known.flatMap(LabelRow::imageSha256).filter(before -> !before.equals(sha256)).isPresent()) {
      throw new ImageInputException(
          ErrorCategory.STORAGE,
          "Cannot refine boxes of " + uri + ": the image has changed since it was labeled",
          null);
    }
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
