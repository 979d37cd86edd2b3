package dev.boxmill.job.pictures;

import java.util.Optional;

/**
 * A file and the row that it must give.
 *
 * @param row pattern of {@code ok WIDTHxHEIGHT} or {@code failed CATEGORY: MESSAGE}
 * @param twin name of the file whose boxes it must have, bit for bit
 */
record TestingPicture(String name, byte[] file, String row, Optional<String> twin) {

  static TestingPicture ok(String name, byte[] file, int width, int height) {
    return new TestingPicture(name, file, size(width, height), Optional.empty());
  }

  static TestingPicture unreadable(String name, byte[] file, String reason) {
    String row = "failed unreadable: Cannot decode the .*" + reason + ".*";
    return new TestingPicture(name, file, row, Optional.empty());
  }

  static TestingPicture refused(String name, byte[] file) {
    String row = "failed refused: Cannot decode the .* pixels are over the limit of .*";
    return new TestingPicture(name, file, row, Optional.empty());
  }

  /** For damage that a format without checksums can't always tell from a picture. */
  TestingPicture orUnreadable() {
    return new TestingPicture(
        name, file, row + "|failed unreadable: Cannot decode the .*", Optional.empty());
  }

  TestingPicture like(String other) {
    return new TestingPicture(name, file, row, Optional.of(other));
  }

  private static String size(int width, int height) {
    return "ok " + width + "x" + height;
  }
}
