package dev.boxmill.detr.training;

import java.util.Map;
import java.util.TreeMap;

/**
 * Losses under the names of DINO's code, which has those of all others: those of the last layer
 * have no number.
 */
final class AuthorsNames {

  private AuthorsNames() {}

  /**
   * Renames {@code NAME.SET}.
   *
   * @param losses by name and set
   */
  static Map<String, Double> of(Map<String, Double> losses) {
    int last =
        losses.keySet().stream()
            .map(name -> name.substring(name.indexOf('.') + 1))
            .filter(set -> set.matches("\\d+"))
            .mapToInt(Integer::parseInt)
            .max()
            .orElseThrow();
    Map<String, Double> renamed = new TreeMap<>();
    losses.forEach(
        (name, value) ->
            renamed.put(name.replace('.', '_').replaceAll("_" + last + "$", ""), value));
    return renamed;
  }
}
