package dev.boxmill.job.train;

import dev.boxmill.schemas.ImageSize;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a batch that is too large for its device ends with. */
final class OutOfMemory {

  private OutOfMemory() {}

  /**
   * Says what to do, if memory is what a fault is about.
   *
   * @param fault PyTorch's message
   * @param images that went through the network together
   * @param size of each, in pixels
   */
  static Optional<String> explained(String fault, int images, ImageSize size) {
    String text = fault.toLowerCase(Locale.ROOT);
    boolean memory =
        Stream.of("out of memory", "not enough memory", "can't allocate memory")
            .anyMatch(text::contains);
    return memory
        ? Optional.of(
            "%d images of %dx%d do not fit into memory together (a larger --accumulate takes fewer at once; so do fewer --slices on a machine, and smaller --scales take less for each)"
                .formatted(images, size.width(), size.height()))
        : Optional.empty();
  }
}
