package dev.boxmill.job.train;

import dev.boxmill.detr.MissingPromptException;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.TruthCategory;
import dev.boxmill.job.session.FrozenDetector;
import dev.boxmill.job.session.LabelSettings;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * What a training begins with.
 *
 * @param detector the one that the user named, or one that was drawn
 * @param classes that it learns
 * @param drawnFrom the configuration that it was drawn for; empty if the user named a detector
 */
record Beginning(FrozenDetector detector, LearntClasses classes, Optional<String> drawnFrom) {

  /**
   * Opens the detector, or draws one.
   *
   * @param asked settings of the detector, without refiners
   * @throws BadInputException if that can't be a beginning
   */
  static Beginning of(
      DetectorRequest request,
      LabelSettings asked,
      List<TruthCategory> categories,
      Configuration hadoop) {
    return request
        .config()
        .map(
            config ->
                drawn(InitialDetector.read(config, hadoop), request, asked, categories, hadoop))
        .orElseGet(() -> named(request, asked, categories, hadoop));
  }

  private static Beginning named(
      DetectorRequest request,
      LabelSettings asked,
      List<TruthCategory> categories,
      Configuration hadoop) {
    FrozenDetector detector = trainable(asked, hadoop);
    LearntClasses classes =
        LearntClasses.of(request.classes(), detector.classNames(), categories, request.matching());
    return new Beginning(detector, classes, Optional.empty());
  }

  private static FrozenDetector trainable(LabelSettings asked, Configuration hadoop) {
    try {
      return FrozenDetector.of(asked, hadoop);
    } catch (BadInputException e) {
      if (e.getCause() instanceof MissingPromptException) {
        throw new BadInputException(
            "Cannot train %s: detectors that read are not trained here (label with it, and train another on the corrected images: docs/words.md)"
                .formatted(asked.detector()),
            e);
      }
      throw e;
    }
  }

  /** The output is looked at before anything is written beside it. */
  private static Beginning drawn(
      InitialDetector initial,
      DetectorRequest request,
      LabelSettings asked,
      List<TruthCategory> categories,
      Configuration hadoop) {
    LearntClasses classes =
        LearntClasses.ofDrawn(
            request.classes(), initial.classNames(), categories, request.matching());
    DetectorFolder.requireUsable(request, hadoop);
    String uri =
        initial.write(classes.names(), request.settings().seed(), request.output(), hadoop);
    FrozenDetector detector = FrozenDetector.of(asked.withDetector(uri), hadoop);
    return new Beginning(detector, classes, Optional.of(initial.given()));
  }

  /** Whether it has learned nothing yet. */
  boolean isDrawn() {
    return drawnFrom.isPresent();
  }

  /** Whether its AP means something: it knows the classes. */
  boolean isMeasured() {
    return !isDrawn() && !classes.areNew();
  }

  /** As the user may be told. */
  String name() {
    return drawnFrom.map(config -> "drawn from " + config).orElseGet(detector::uri);
  }

  /** Removes what only the training needed. */
  void remove(DetectorRequest request, Configuration hadoop) throws IOException {
    if (isDrawn()) {
      InitialDetector.remove(request.output(), hadoop);
    }
  }
}
