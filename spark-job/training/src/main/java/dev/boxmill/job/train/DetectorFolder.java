package dev.boxmill.job.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.session.FrozenDetector;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.train.TrainingFolder.Kind;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The folder of a detector's training, which is the directory of the detector. */
record DetectorFolder(TrainingFolder training, DetectorDirectory directory) {

  /** The setting that tells by which images AP is measured. */
  static final String HELD_OUT = "held-out images";

  /**
   * Looks at it; changes nothing.
   *
   * @throws BadInputException if it can't be a folder of a training
   */
  static DetectorFolder at(
      DetectorRequest request,
      DetectorDirectory directory,
      FrozenDetector source,
      Configuration hadoop) {
    Set<String> others = new HashSet<>(directory.small().keySet());
    Kind kind = new Kind(directory.weights(), others, "serves as --detector");
    TrainingFolder training = TrainingFolder.at(request.output(), request.existing(), kind, hadoop);
    if (Locations.uri(new Path(source.uri())).equals(training.uri())) {
      throw new BadInputException(
          "Cannot train into %s: it is the detector itself (name another folder)"
              .formatted(request.output()));
    }
    return new DetectorFolder(training, directory);
  }

  /**
   * Makes sure that a directory of a detector can be written there; changes nothing.
   *
   * @throws BadInputException if it can't
   */
  static void requireUsable(DetectorRequest request, Configuration hadoop) {
    Set<String> others = Set.of("config.json", "preprocessor_config.json", "processor_config.json");
    Kind kind = new Kind(DetectorDirectory.WEIGHTS, others, "serves as --detector");
    TrainingFolder.at(request.output(), request.existing(), kind, hadoop);
  }

  /** URI of the folder of an epoch's weights, before it is known whether they are the best. */
  String candidate(int epoch) {
    return training.stateFile("candidate-" + epoch);
  }

  /** Makes an epoch's weights the best ones. */
  void adopt(int epoch) throws IOException {
    training.adopt("candidate-" + epoch, directory.files());
  }

  /** What {@code label} must be told beside the folder. */
  String labelOptions(LabelSettings detector) {
    if (!directory.small().containsKey(DetectorDirectory.CLASS_NAMES)) {
      return "";
    }
    return detector.architecture().map(name -> " --architecture " + name).orElse("")
        + " --class-names "
        + training.uri()
        + "/"
        + DetectorDirectory.CLASS_NAMES;
  }

  /**
   * Puts a training that has ended into its place. One that is to replace another stays beside it,
   * if it is worse than what it began with, or than the other by the same images.
   */
  void finish(DetectorOutcome outcome, TrainingIdentity identity, Consumer<String> console)
      throws IOException {
    Optional<String> why = reasonToKeep(outcome, identity);
    if (why.isPresent()) {
      console.accept(
          "The training in %s stays: %s; the new one lies in %s"
              .formatted(training.uri(), why.get(), training.writtenUri()));
      return;
    }
    training.finish(console);
  }

  private Optional<String> reasonToKeep(DetectorOutcome outcome, TrainingIdentity identity)
      throws IOException {
    Optional<JsonNode> old = training.replaced();
    if (old.isEmpty()) {
      return Optional.empty();
    }
    if (outcome.isWorse()) {
      return Optional.of("the new detector is worse than what it began with");
    }
    String held = old.get().path("identity").path(HELD_OUT).asText();
    double ap = -1;
    for (JsonNode epoch : old.get().path("results")) {
      ap = Math.max(ap, epoch.path("ap").asDouble(-1));
    }
    boolean worse = held.equals(identity.settings().get(HELD_OUT)) && ap > outcome.best().ap();
    return worse
        ? Optional.of(
            "its AP is %.4f by the same images, the new one's %.4f"
                .formatted(ap, outcome.best().ap()))
        : Optional.empty();
  }
}
