package dev.boxmill.job.source;

import java.io.Serializable;

/**
 * A file that the driver found.
 *
 * @param uri as in the label table
 * @param length bytes, or {@link #UNKNOWN_LENGTH} if it was named by a manifest and not looked at
 */
record ListedFile(String uri, long length) implements Serializable {

  static final long UNKNOWN_LENGTH = -1;
}
