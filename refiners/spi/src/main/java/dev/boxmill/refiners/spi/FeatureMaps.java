package dev.boxmill.refiners.spi;

import static java.util.Objects.requireNonNull;

import dev.boxmill.schemas.ImageSize;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The feature maps C2 to C5 of a frozen detector's backbone, finest first. A detector may offer
 * fewer; {@link RefinerContext#featureChannels} says so beforehand.
 *
 * @param input size of the resized pictures that the network read, in pixels: what strides count,
 *     and the same for all images of the batch; a box's shares of its image are shares of this too.
 *     1x1 where there are no maps.
 * @param levels by ascending stride; with a dilated last stage two levels share a stride
 */
public record FeatureMaps(ImageSize input, List<FeatureMap> levels) {

  private static final FeatureMaps NONE = new FeatureMaps(new ImageSize(1, 1), List.of());

  public FeatureMaps {
    requireNonNull(input, "input is null");
    levels = levels.stream().sorted(Comparator.comparingInt(FeatureMap::stride)).toList();
  }

  /** Of a detector that offers no feature maps. */
  public static FeatureMaps none() {
    return NONE;
  }

  /**
   * The map of that stride; of two the deeper one.
   *
   * @throws IllegalArgumentException if there is none
   */
  public FeatureMap ofStride(int stride) {
    return levels.stream()
        .filter(level -> level.stride() == stride)
        .reduce((shallower, deeper) -> deeper)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Unknown stride '" + stride + "' (known: " + strides() + ")"));
  }

  private String strides() {
    if (levels.isEmpty()) {
      return "none";
    }
    return levels.stream()
        .map(level -> String.valueOf(level.stride()))
        .collect(Collectors.joining(", "));
  }
}
