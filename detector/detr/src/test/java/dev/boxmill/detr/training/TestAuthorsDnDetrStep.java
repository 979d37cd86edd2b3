package dev.boxmill.detr.training;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.detr.DetectorFiles;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A step of training as DN-DETR's authors' own code takes it. Runs where {@code -Dshared.data} says
 * where their numbers lie, in folders of {@code training}.
 */
@EnabledIfSystemProperty(named = "shared.data", matches = ".+")
final class TestAuthorsDnDetrStep {

  static List<TestingAuthorsStep> cases() {
    return TestingAuthorsStep.cases("DN-DETR");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyLossMatchingAndGradientIsTheAuthors(TestingAuthorsStep authors) {
    try (Checkpoint theirs = authors.open();
        DetectorFiles files = authors.openWeights("dn-detr", "")) {
      TestingStep.assertSame(authors, theirs, files);
    }
  }
}
