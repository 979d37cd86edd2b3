package dev.boxmill.schemas;

/** Why an image could not be labeled; the label table holds the lower-case name. */
public enum ErrorCategory {
  /** The bytes are no picture that can be decoded: cut off, damaged, another format. */
  UNREADABLE,
  /** The picture breaks a limit of the run, such as the number of pixels. */
  REFUSED,
  /** The store did not give the bytes: not found, denied, input and output errors after retries. */
  STORAGE,
  /** Memory or another resource of the executor ran out. */
  RESOURCES,
  /** A fault of boxmill or of a plugin. */
  INTERNAL;

  /** As written to the table. */
  public String columnValue() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
