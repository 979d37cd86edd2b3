package dev.boxmill.detr.preprocess;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.schemas.ImageSize;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TestResizeRule {

  /** Rows of make_preprocessing.py: rule, its two numbers, height, width, new height and width. */
  @Test
  void sizesEqualTransformers() {
    List<String> rows = new String(TestingPixels.resource("sizes.csv"), UTF_8).lines().toList();

    assertThat(rows).hasSize(1800);
    for (String row : rows) {
      String[] cells = row.split(",");
      int[] numbers = Arrays.stream(cells).skip(1).mapToInt(Integer::parseInt).toArray();
      ResizeRule rule =
          cells[0].equals("within")
              ? new ResizeRule.Within(numbers[0], numbers[1])
              : new ResizeRule.ShortestEdge(numbers[0], numbers[1]);
      assertThat(rule.resized(new ImageSize(numbers[3], numbers[2])))
          .describedAs(row)
          .isEqualTo(new ImageSize(numbers[5], numbers[4]));
    }
  }

  @Test
  void aTurnedImageGetsTheTurnedSize() {
    Random random = new Random(3);
    ResizeRule rule = new ResizeRule.ShortestEdge(800, 1333);
    for (int i = 0; i < 1000; i++) {
      ImageSize size = new ImageSize(1 + random.nextInt(5000), 1 + random.nextInt(5000));
      ImageSize resized = rule.resized(size);
      ImageSize turned = rule.resized(new ImageSize(size.height(), size.width()));

      assertThat(turned).isEqualTo(new ImageSize(resized.height(), resized.width()));
      assertThat(Math.max(resized.width(), resized.height())).isLessThanOrEqualTo(1333);
    }
  }

  @Test
  void aThinImageKeepsAPixel() {
    assertThat(new ResizeRule.ShortestEdge(800, 1333).resized(new ImageSize(10_000, 1)))
        .isEqualTo(new ImageSize(1333, 1));
    assertThat(new ResizeRule.Within(100, 100).resized(new ImageSize(1, 10_000)))
        .isEqualTo(new ImageSize(1, 100));
  }

  @Test
  void scaledRulesMakeImagesThatManyTimesAsLarge() {
    ImageSize image = new ImageSize(640, 480);
    assertThat(new ResizeRule.ShortestEdge(800, 1333).scaled(0.6).resized(image))
        .isEqualTo(new ImageSize(640, 480));
    assertThat(new ResizeRule.ShortestEdge(800, 1333).scaled(0.64).resized(image))
        .isEqualTo(new ImageSize(682, 512));
    assertThat(new ResizeRule.Exact(new ImageSize(640, 640)).scaled(0.77).resized(image))
        .isEqualTo(new ImageSize(480, 480));
    assertThat(new ResizeRule.Within(200, 100).scaled(0.5).resized(image))
        .isEqualTo(new ResizeRule.Within(100, 50).resized(image));
    assertThat(new ResizeRule.None().scaled(0.5).resized(image)).isEqualTo(image);
  }

  @Test
  void exactAndNoneDontLookAtTheImage() {
    ImageSize image = new ImageSize(31, 17);
    ImageSize square = new ImageSize(640, 640);

    assertThat(new ResizeRule.Exact(square).resized(image)).isEqualTo(square);
    assertThat(new ResizeRule.None().resized(image)).isEqualTo(image);
  }

  /** Sizes as DETR's own transforms give them: 1333 x 1000 is 1066.4 x 800 there. */
  @Test
  void theAuthorsRoundTheShorterEdgeFirst() {
    ResizeRule rule = new ResizeRule.RoundedShortestEdge(800, 1333);
    assertThat(rule.resized(new ImageSize(1333, 1000))).isEqualTo(new ImageSize(1066, 800));
    assertThat(rule.resized(new ImageSize(800, 801))).isEqualTo(new ImageSize(800, 801));
    // 1333 / 1000 * 427 = 569.2, then 1000 * 569 / 427 = 1332.5
    assertThat(rule.resized(new ImageSize(1000, 427))).isEqualTo(new ImageSize(1332, 569));
    assertThat(rule.resized(new ImageSize(427, 1000))).isEqualTo(new ImageSize(569, 1332));
    assertThat(new ResizeRule.ShortestEdge(800, 1333).resized(new ImageSize(1000, 427)))
        .isEqualTo(new ImageSize(1333, 569));
  }

  @Test
  void edgesOfNoLengthAreRefused() {
    assertThatThrownBy(() -> new ResizeRule.ShortestEdge(0, 10))
        .hasMessage("Invalid size.shortest_edge: 0 (must be at least 1)");
    assertThatThrownBy(() -> new ResizeRule.Within(10, -1))
        .hasMessage("Invalid size.max_width: -1 (must be at least 1)");
  }
}
