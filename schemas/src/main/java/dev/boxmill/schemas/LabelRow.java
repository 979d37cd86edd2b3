package dev.boxmill.schemas;

import java.util.List;
import java.util.Optional;

/**
 * What became of one input image: {@link Labeled} or {@link Failed}, never nothing. Run-wide
 * columns (model, refiners, fingerprint) are added when the row is written.
 */
public sealed interface LabelRow {

  /** Where it was read; {@code archive!/entry} inside an archive. */
  String imageUri();

  /** SHA-256 of the file's bytes in lower-case hex; empty when the bytes could not be read. */
  Optional<String> imageSha256();

  /** Size after EXIF orientation; empty when it could not be told. */
  Optional<ImageSize> size();

  /** An image that went through the detector; {@code boxes} by descending score, perhaps none. */
  record Labeled(
      String imageUri,
      Optional<String> imageSha256,
      Optional<ImageSize> size,
      List<LabeledBox> boxes)
      implements LabelRow {

    public Labeled {
      boxes = List.copyOf(boxes);
      if (size.isEmpty()) {
        throw new IllegalArgumentException("Missing size of labeled image " + imageUri);
      }
      for (int i = 1; i < boxes.size(); i++) {
        if (boxes.get(i).score() > boxes.get(i - 1).score()) {
          throw new IllegalArgumentException(
              "Invalid boxes of " + imageUri + ": not by descending score");
        }
      }
    }
  }

  /**
   * An image that could not be labeled, and why.
   *
   * @param message cut after {@link #MOST_CHARACTERS}: a plugin's may be megabytes long, and stand
   *     in millions of rows
   */
  record Failed(
      String imageUri,
      Optional<String> imageSha256,
      Optional<ImageSize> size,
      ErrorCategory category,
      String message)
      implements LabelRow {

    public static final int MOST_CHARACTERS = 2000;

    private static final String CUT = "…";

    public Failed {
      message = cut(message);
    }

    private static String cut(String message) {
      if (message == null || message.length() <= MOST_CHARACTERS) {
        return message;
      }
      int end = MOST_CHARACTERS - CUT.length();
      return message.substring(
              0, Character.isHighSurrogate(message.charAt(end - 1)) ? end - 1 : end)
          + CUT;
    }
  }
}
