package dev.boxmill.refiners.spi;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The feature maps C2 to C5 of a frozen detector's backbone, finest first. A detector may offer
 * fewer; {@link RefinerContext#featureChannels} tells beforehand.
 *
 * @param levels by ascending stride; with a dilated last stage two levels share a stride
 */
public record FeatureMaps(List<FeatureMap> levels) {

  private static final FeatureMaps NONE = new FeatureMaps(List.of());

  public FeatureMaps {
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
