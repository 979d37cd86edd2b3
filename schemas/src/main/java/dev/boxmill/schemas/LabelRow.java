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

  /** An image that could not be labeled, and why. */
  record Failed(
      String imageUri,
      Optional<String> imageSha256,
      Optional<ImageSize> size,
      ErrorCategory category,
      String message)
      implements LabelRow {}
}
