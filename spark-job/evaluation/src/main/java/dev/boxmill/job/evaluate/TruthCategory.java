package dev.boxmill.job.evaluate;

import java.util.Optional;

/**
 * A category of the ground truth.
 *
 * @param id as in the file
 * @param frequency how common it is, where the file says so (LVIS)
 */
public record TruthCategory(long id, String name, Optional<Frequency> frequency) {

  /** LVIS's groups, by the training images that show the category. */
  public enum Frequency {
    /** Fewer than 10. */
    RARE("r"),
    /** Fewer than 100. */
    COMMON("c"),
    /** 100 and more. */
    FREQUENT("f");

    private final String letter;

    Frequency(String letter) {
      this.letter = letter;
    }

    /** As LVIS writes it. */
    public String letter() {
      return letter;
    }
  }
}
