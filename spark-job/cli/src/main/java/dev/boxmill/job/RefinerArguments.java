package dev.boxmill.job;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.session.LabelSettings;
import java.util.List;
import picocli.CommandLine.Option;

/** Which refiners, as every command that runs them asks. */
final class RefinerArguments {

  @Option(
      names = "--refiner",
      paramLabel = "NAME[:key=value,…]",
      description =
          "Refines the detector's boxes; may be repeated, works in order. 'none': the detector's"
              + " own boxes. Without it: refinebox where the detector has one; for the embedded"
              + " detector merge-duplicates after it.")
  private List<String> refiners = List.of();

  /**
   * As given, in order.
   *
   * @throws BadInputException if 'none' stands beside others
   */
  List<String> chain() {
    if (refiners.contains(LabelSettings.NO_REFINER) && refiners.size() > 1) {
      throw new BadInputException(
          "Invalid --refiner: " + String.join(" ", refiners) + " (must be none alone, or no none)");
    }
    return refiners;
  }
}
