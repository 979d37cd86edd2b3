package dev.boxmill.job.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.detr.image.ResizedPicture;
import dev.boxmill.job.session.PreparedImage.Resized;
import dev.boxmill.job.session.ShapeBuckets.Waiting;
import dev.boxmill.schemas.ImageSize;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestShapeBuckets {
  private static final ImageSize WIDE = new ImageSize(1066, 800);
  private static final ImageSize HIGH = new ImageSize(800, 1066);

  private final ShapeBuckets buckets = new ShapeBuckets(3);
  private final TaskRows one = new TaskRows();
  private final TaskRows other = new TaskRows();

  @Test
  void aBatchHasOneShapeAndImagesOfAnyTask() {
    assertThat(buckets.add(image("a", WIDE, one))).isEmpty();
    assertThat(buckets.add(image("b", HIGH, one))).isEmpty();
    assertThat(buckets.add(image("c", WIDE, other))).isEmpty();
    assertThat(uris(buckets.add(image("d", WIDE, one)).orElseThrow()))
        .containsExactly("a", "c", "d");
    assertThat(buckets.waiting()).isEqualTo(1);
  }

  @Test
  void aTaskWithoutMoreImagesTakesTheFullestBucketWithOneOfItsOwn() {
    buckets.add(image("a", HIGH, other));
    buckets.add(image("b", HIGH, other));
    buckets.add(image("c", WIDE, one));
    assertThat(uris(buckets.takeFullestWith(one).orElseThrow())).containsExactly("c");
    assertThat(buckets.takeFullestWith(one)).isEmpty();
    assertThat(uris(buckets.takeFullestWith(other).orElseThrow())).containsExactly("a", "b");
    assertThat(buckets.waiting()).isZero();
  }

  @Test
  void aTaskThatEndsEarlyWithdrawsItsOwnImagesOnly() {
    buckets.add(image("a", WIDE, one));
    buckets.add(image("b", WIDE, other));
    buckets.add(image("c", HIGH, one));
    assertThat(buckets.withdraw(one)).extracting(Resized::uri).containsExactlyInAnyOrder("a", "c");
    assertThat(uris(buckets.takeFullestWith(other).orElseThrow())).containsExactly("b");
  }

  private static Waiting image(String uri, ImageSize shape, TaskRows rows) {
    return new Waiting(new Resized(uri, "sha", new ResizedPicture(shape, shape, null)), rows);
  }

  private static List<String> uris(List<Waiting> batch) {
    return batch.stream().map(one -> one.image().uri()).toList();
  }
}
