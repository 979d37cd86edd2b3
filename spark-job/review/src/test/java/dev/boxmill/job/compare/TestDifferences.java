package dev.boxmill.job.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.compare.ComparedImage.Presence;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabeledBox;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TestDifferences {

  private static final Corners PLACE = new Corners(0, 0, 10, 10);

  @Test
  void howImagesAreDividedMakesNoDifference() {
    List<ComparedImage> images = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      images.add(vanished("file:///" + i, i % 100 / 100f));
    }
    Differences one = new Differences(7);
    images.forEach(one::add);
    Collections.shuffle(images, new Random(1));
    Differences sum = new Differences(7);
    for (int from = 0; from < 1000; from += 50) {
      Differences part = new Differences(7);
      images.subList(from, from + 50).forEach(part::add);
      sum.add(part);
    }

    assertThat(sum.most()).isEqualTo(one.most()).hasSize(7);
    assertThat(sum.most().subList(0, 2)).containsExactly("file:///199", "file:///299");
    assertThat(sum.counts().of(Change.VANISHED)).isEqualTo(1000);
    assertThat(sum.counts().images(Presence.BOTH)).isEqualTo(1000);
    assertThat(sum.counts().differing()).isEqualTo(1000);
  }

  @Test
  void whatStayedIsNoDifference() {
    LabeledBox box = new LabeledBox(1, "cup", 0.9f, PLACE, PLACE);
    Differences found =
        new Differences(5).add(image("a", List.of(BoxPair.matched(Change.KEPT, box, box))));

    assertThat(found.most()).isEmpty();
    assertThat(found.counts().differing()).isZero();
  }

  @Test
  void statusesTellWhichRunHasLabels() {
    assertThat(Presence.of("ok", "ok")).isEqualTo(Presence.BOTH);
    assertThat(Presence.of("ok", null)).isEqualTo(Presence.A_ALONE);
    assertThat(Presence.of(null, "failed")).isEqualTo(Presence.B_ALONE);
    assertThat(Presence.of("failed", "ok")).isEqualTo(Presence.FAILED_IN_A);
    assertThat(Presence.of("ok", "failed")).isEqualTo(Presence.FAILED_IN_B);
    assertThat(Presence.of("failed", "failed")).isEqualTo(Presence.FAILED_IN_BOTH);
  }

  private static ComparedImage vanished(String uri, float score) {
    return image(
        uri,
        List.of(
            BoxPair.ofFirst(Change.VANISHED, new LabeledBox(1, "cup", score, PLACE, PLACE), 0)));
  }

  private static ComparedImage image(String uri, List<BoxPair> pairs) {
    return new ComparedImage(uri, Presence.BOTH, Optional.of(new ImageSize(20, 20)), true, pairs);
  }
}
