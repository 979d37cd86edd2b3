package dev.boxmill.job.manifest;

import static java.util.Objects.requireNonNull;

import dev.boxmill.job.storage.SignedAddress;
import java.io.Serializable;
import java.util.OptionalLong;

/**
 * A file that the driver found.
 *
 * @param kind what it holds
 * @param uri as in the label table
 * @param length bytes, or {@link #UNKNOWN_LENGTH} if it was named by a manifest and not looked at
 * @param rows images in it, or {@link #UNKNOWN_ROWS} if only reading it all can tell
 * @param signedQuery what opens it beside its URI, as {@link SignedAddress} has it; given to the
 *     task that reads it, and kept nowhere
 * @param kept what a list says of the image, for its row; no part of what names a chunk
 */
public record ListedFile(
    Kind kind, String uri, long length, long rows, String signedQuery, String kept)
    implements Serializable {

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
    requireNonNull(signedQuery, "signedQuery is null");
    requireNonNull(kept, "kept is null");
  }

  /** A file that is opened by its URI alone. */
  public ListedFile(Kind kind, String uri, long length, long rows) {
    this(kind, uri, length, rows, "", "");
  }

  public static ListedFile image(String uri, long length) {
    return new ListedFile(Kind.IMAGE, uri, length, 1);
  }

  /** An image of which nothing but the address is known. */
  public static ListedFile image(SignedAddress address) {
    return image(address, "");
  }

  /**
   * The same.
   *
   * @param kept what its list says of it
   */
  public static ListedFile image(SignedAddress address, String kept) {
    return new ListedFile(
        Kind.IMAGE, address.uri(), UNKNOWN_LENGTH, 1, address.signedQuery(), kept);
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

  /** Where it lies. */
  public SignedAddress address() {
    return new SignedAddress(uri, signedQuery);
  }

  /** One file that was given twice; a signature that was given later is the fresher one. */
  ListedFile unitedWith(ListedFile later) {
    ListedFile known = length >= later.length ? this : later;
    String query = later.signedQuery.isEmpty() ? signedQuery : later.signedQuery;
    String along = kept.isEmpty() ? later.kept : kept;
    return new ListedFile(known.kind, uri, known.length, known.rows, query, along);
  }

  /** Without what opens it. */
  @Override
  public String toString() {
    return "%s %s, %d bytes, %d rows".formatted(kind, uri, length, rows);
  }
}
