package dev.boxmill.job.manifest;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.OptionalLong;

/**
 * A file that the driver found.
 *
 * @param kind what it holds
 * @param uri as in the label table
 * @param length bytes, or {@link #UNKNOWN_LENGTH} if it was named by a manifest and not looked at
 * @param rows images in it, or {@link #UNKNOWN_ROWS} if only reading it all can tell
 */
public record ListedFile(Kind kind, String uri, long length, long rows) implements Serializable {

  public static final long UNKNOWN_LENGTH = -1;
  public static final long UNKNOWN_ROWS = -1;

  /** What a file holds. */
  public enum Kind {
    /** One image. */
    IMAGE,
    /** A tar archive of images. */
    ARCHIVE,
    /** A Parquet table whose rows hold images' bytes. */
    TABLE
  }

  public ListedFile {
    requireNonNull(kind, "kind is null");
    requireNonNull(uri, "uri is null");
  }

  public static ListedFile image(String uri, long length) {
    return new ListedFile(Kind.IMAGE, uri, length, 1);
  }

  public static ListedFile archive(String uri, long length) {
    return new ListedFile(Kind.ARCHIVE, uri, length, UNKNOWN_ROWS);
  }

  public static ListedFile table(String uri, long length, long rows) {
    return new ListedFile(Kind.TABLE, uri, length, rows);
  }

  /** Images in it; empty if only reading it all can tell. */
  public OptionalLong images() {
    return rows == UNKNOWN_ROWS ? OptionalLong.empty() : OptionalLong.of(rows);
  }

  /** One file that was given twice. */
  ListedFile unitedWith(ListedFile other) {
    return length >= other.length ? this : other;
  }
}
