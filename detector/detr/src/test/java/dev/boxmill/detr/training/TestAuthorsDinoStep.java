package dev.boxmill.detr.training;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.detr.DetectorFiles;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A step of training as DINO's authors' own code takes it. Runs where {@code -Dshared.data} says
 * where their numbers lie, in folders of {@code training}.
 */
@EnabledIfSystemProperty(named = "shared.data", matches = ".+")
final class TestAuthorsDinoStep {

  static List<TestingAuthorsStep> cases() {
    return TestingAuthorsStep.cases("DINO");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyLossMatchingAndGradientIsTheAuthors(TestingAuthorsStep authors) {
    try (Checkpoint theirs = authors.open();
        DetectorFiles files = authors.openWeights("dino", "")) {
      TestingStep.assertSame(authors, theirs, files);
    }
  }
}
