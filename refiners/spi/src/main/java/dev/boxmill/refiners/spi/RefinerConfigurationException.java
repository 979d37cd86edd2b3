package dev.boxmill.refiners.spi;

import java.util.List;

/** All that is wrong with the refiners that a run asks for; found before any image is read. */
public final class RefinerConfigurationException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final List<String> problems;

  RefinerConfigurationException(List<String> problems) {
    super(message(problems));
    this.problems = List.copyOf(problems);
  }

  static void throwIfAny(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new RefinerConfigurationException(problems);
    }
  }

  /** One sentence for each problem. */
  public List<String> problems() {
    return problems;
  }

  private static String message(List<String> problems) {
    if (problems.size() == 1) {
      return "Cannot set up refiners: " + problems.get(0);
    }
    return "Cannot set up refiners: %d problems\n  - %s"
        .formatted(problems.size(), String.join("\n  - ", problems));
  }
}
