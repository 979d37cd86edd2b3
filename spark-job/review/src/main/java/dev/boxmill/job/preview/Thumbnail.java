package dev.boxmill.job.preview;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A picture for the page, or why there is none.
 *
 * @param jpeg encoded in base 64; empty if the picture can't be shown
 * @param problem in a user's words; blank if there is a picture
 */
record Thumbnail(Optional<String> jpeg, String problem) {

  Thumbnail {
    requireNonNull(jpeg, "jpeg is null");
    requireNonNull(problem, "problem is null");
  }

  static Thumbnail of(String base64) {
    return new Thumbnail(Optional.of(base64), "");
  }

  static Thumbnail missing(String problem) {
    return new Thumbnail(Optional.empty(), problem);
  }
}
