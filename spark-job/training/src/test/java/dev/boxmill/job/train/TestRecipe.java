package dev.boxmill.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.schemas.ImageSize;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TestRecipe {

  private static final ImageSize SIZE = new ImageSize(640, 480);
  private static final ImageSize USUAL = new ImageSize(1066, 800);

  private static Recipe recipe(DetectorSettings settings) {
    return new Recipe(settings, size -> USUAL);
  }

  private static List<View> views(Recipe recipe) {
    List<View> views = new ArrayList<>();
    for (int image = 0; image < 2000; image++) {
      views.add(recipe.draw(1, image, image / 2, SIZE));
    }
    return views;
  }

  @Test
  void halfAreMirroredAndHalfAreCut() {
    List<View> views = views(recipe(DetectorSettings.DEFAULTS));

    assertThat(views.stream().filter(View::mirrored).count()).isBetween(900L, 1100L);
    assertThat(views.stream().filter(TestRecipe::isCut).count()).isBetween(900L, 1100L);
    Set<Double> scales = new HashSet<>(views.stream().map(View::scale).toList());
    assertThat(scales).containsExactlyInAnyOrderElementsOf(DetectorSettings.DEFAULTS.scales());
  }

  private static boolean isCut(View view) {
    return view.width() != SIZE.width() || view.height() != SIZE.height();
  }

  /** In pixels where DETR cuts: 384 to 600 of a picture whose shorter side is 400 to 600. */
  @Test
  void cutsAreAsLargeAsDetrs() {
    for (View view : views(recipe(DetectorSettings.DEFAULTS))) {
      if (isCut(view)) {
        double least = Math.min(384 / 600.0, 384 / 400.0);
        assertThat(view.height() / 480.0).isBetween(least - 0.01, 1.0);
        assertThat(view.width() / 640.0).isBetween(384 / 800.0 - 0.01, 1.0);
        assertThat(view.left() + view.width()).isLessThanOrEqualTo(640);
        assertThat(view.top() + view.height()).isLessThanOrEqualTo(480);
      }
    }
  }

  @Test
  void imagesThatGoTogetherHaveOneScale() {
    List<View> views = views(recipe(DetectorSettings.DEFAULTS));
    for (int image = 0; image < views.size(); image += 2) {
      assertThat(views.get(image).scale()).isEqualTo(views.get(image + 1).scale());
    }
  }

  @Test
  void theSameSeedDrawsTheSame() {
    List<View> views = views(recipe(TestingSettings.of(1).settings()));
    assertThat(views(recipe(TestingSettings.of(1).settings()))).isEqualTo(views);
    assertThat(views(recipe(TestingSettings.of(1).seed(4).settings()))).isNotEqualTo(views);
  }

  @Test
  void learningRatesGrowAndFall() {
    DetectorSettings drop = DetectorSettings.DEFAULTS;
    assertThat(drop.factor(0, 12)).isEqualTo(1);
    assertThat(drop.factor(10, 12)).isEqualTo(1);
    assertThat(drop.factor(11, 12)).isCloseTo(1, within(1e-9));
    assertThat(drop.factor(12, 13)).isCloseTo(0.1, within(1e-9));
    assertThat(DetectorSettings.Schedule.COSINE.factor(0, 0)).isEqualTo(1);
    assertThat(DetectorSettings.Schedule.COSINE.factor(0.5, 0)).isCloseTo(0.5, within(1e-9));
    assertThat(DetectorSettings.Schedule.COSINE.factor(1, 0)).isCloseTo(0, within(1e-9));
  }
}
