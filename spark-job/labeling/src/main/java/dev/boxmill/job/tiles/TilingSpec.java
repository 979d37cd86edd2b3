package dev.boxmill.job.tiles;

import dev.boxmill.job.error.BadInputException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The text of {@code --tiles}. */
final class TilingSpec {

  /** SAHI's default merges, which makes boxes too large where there are many of low score. */
  static final BoxJoin JOIN = new BoxJoin(JoinRule.NMS, Overlap.IOS, 0.5, false);

  private static final double OVERLAP = 0.2;
  private static final int MOST_SIDE = 1 << 15;
  private static final List<String> KEYS =
      List.of("overlap", "full", "join", "match", "threshold", "across-classes");

  private final Map<String, String> options;

  private TilingSpec(Map<String, String> options) {
    this.options = options;
  }

  static Tiling parse(String spec) {
    int colon = spec.indexOf(':');
    String side = colon < 0 ? spec : spec.substring(0, colon);
    String rest = colon < 0 ? "" : spec.substring(colon + 1);
    return new TilingSpec(options(rest)).tiling(side(side));
  }

  private Tiling tiling(int side) {
    double overlap = number("overlap", OVERLAP);
    require(overlap >= 0 && overlap < 1, "overlap", "a share of the tile, from 0 to below 1");
    double threshold = number("threshold", JOIN.threshold());
    require(threshold > 0 && threshold <= 1, "threshold", "above 0, and at most 1");
    return new Tiling(
        side,
        overlap,
        flag("full"),
        new BoxJoin(
            one("join", JoinRule.values(), JOIN.rule()),
            one("match", Overlap.values(), JOIN.overlap()),
            threshold,
            flag("across-classes")));
  }

  private static int side(String text) {
    try {
      int side = Integer.parseInt(text.strip());
      if (side >= 1 && side <= MOST_SIDE) {
        return side;
      }
    } catch (NumberFormatException noNumber) {
      // Said below.
    }
    throw new BadInputException(
        "Invalid --tiles: %s (must begin with a tile's side in pixels, from 1 to %d, as 640 or"
                .formatted(text, MOST_SIDE)
            + " 640:overlap=0.2)");
  }

  private static Map<String, String> options(String text) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String option : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      int equals = option.indexOf('=');
      String key = equals < 0 ? option.strip() : option.substring(0, equals).strip();
      if (!KEYS.contains(key)) {
        throw new BadInputException(
            "Unknown option '" + key + "' of --tiles (known: " + String.join(", ", KEYS) + ")");
      }
      if (options.put(key, equals < 0 ? "" : option.substring(equals + 1).strip()) != null) {
        throw new BadInputException(
            "Invalid --tiles: " + key + " is there twice (must be there once)");
      }
    }
    return options;
  }

  private double number(String key, double otherwise) {
    try {
      return options.containsKey(key) ? Double.parseDouble(options.get(key)) : otherwise;
    } catch (NumberFormatException noNumber) {
      throw invalid(key, options.get(key), "a number");
    }
  }

  private boolean flag(String key) {
    String value = options.getOrDefault(key, "false");
    require(List.of("true", "false").contains(value), key, "true or false");
    return value.equals("true");
  }

  private <E extends Enum<E>> E one(String key, E[] values, E otherwise) {
    if (!options.containsKey(key)) {
      return otherwise;
    }
    Optional<E> named =
        Arrays.stream(values).filter(value -> name(value).equals(options.get(key))).findFirst();
    List<String> names = Arrays.stream(values).map(TilingSpec::name).toList();
    return named.orElseThrow(
        () -> invalid(key, options.get(key), "one of " + String.join(", ", names)));
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private void require(boolean right, String key, String rule) {
    if (!right) {
      throw invalid(key, options.get(key), rule);
    }
  }

  private static BadInputException invalid(String key, String value, String rule) {
    return new BadInputException(
        "Invalid " + key + " of --tiles: " + value + " (must be " + rule + ")");
  }
}
