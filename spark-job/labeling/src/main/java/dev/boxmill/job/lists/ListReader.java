package dev.boxmill.job.lists;

/** Takes what a list names. */
public interface ListReader {

  /**
   * An address, as it is written.
   *
   * @param fields what is said of the image beside it
   */
  void add(String address, ListFields fields);

  /** An address alone. */
  default void add(String address) {
    add(address, ListFields.NONE);
  }

  /**
   * A line that should name an image.
   *
   * @param line counted from 1
   * @param problem why it doesn't, without its number
   */
  void addUnreadable(long line, String problem);

  /**
   * Something that names no image.
   *
   * @param what in the singular, for example {@code comment}
   */
  void leaveOut(String what);
}
