package dev.boxmill.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.image.Picture;
import dev.boxmill.schemas.ImageSize;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TestView {

  private static final ImageSize SIZE = new ImageSize(200, 100);

  /** 40 to 80 by 20 to 60. */
  private static final GroundTruthBox BOX = new GroundTruthBox(3, 0.3f, 0.4f, 0.2f, 0.4f);

  private static void assertBox(GroundTruthBox found, double... cxcywh) {
    assertThat(new double[] {found.cx(), found.cy(), found.width(), found.height()})
        .containsExactly(cxcywh, within(1e-6));
    assertThat(found.label()).isEqualTo(3);
  }

  private static GroundTruthBox seen(View view) {
    return view.objects(List.of(BOX), SIZE).get(0);
  }

  @Test
  void aWholeImageKeepsItsBoxesToTheBit() {
    assertThat(View.whole(SIZE, false, 0.6).objects(List.of(BOX), SIZE)).containsExactly(BOX);
  }

  @Test
  void mirroringTurnsBoxes() {
    assertBox(seen(View.whole(SIZE, true, 1)), 0.7, 0.4, 0.2, 0.4);
  }

  @Test
  void aCutCountsFromItsCornerAndEndsAtItsBorder() {
    assertBox(seen(new View(false, 20, 10, 100, 50, 1)), 0.4, 0.6, 0.4, 0.8);
    assertBox(seen(new View(false, 60, 40, 100, 50, 1)), 0.1, 0.2, 0.2, 0.4);
  }

  @Test
  void aCutIsOfTheMirroredImage() {
    assertBox(seen(new View(true, 100, 0, 100, 100, 1)), 0.4, 0.4, 0.4, 0.4);
  }

  @Test
  void whatACutLeavesLessThanAPixelOfIsGone() {
    assertThat(new View(false, 80, 0, 50, 50, 1).objects(List.of(BOX), SIZE)).isEmpty();
    assertThat(new View(false, 79, 0, 50, 50, 1).objects(List.of(BOX), SIZE)).hasSize(1);
    assertThat(new View(false, 0, 60, 50, 40, 1).objects(List.of(BOX), SIZE)).isEmpty();
  }

  /** The object alone is bright: where it is seen must be where its box says. */
  @Test
  void pixelsAndBoxesMoveTogether() {
    ByteBuffer rgb = ByteBuffer.allocateDirect(3 * 200 * 100);
    for (int y = 20; y < 60; y++) {
      for (int x = 40; x < 80; x++) {
        for (int color = 0; color < 3; color++) {
          rgb.put(3 * (200 * y + x) + color, (byte) 200);
        }
      }
    }
    Picture picture = new Picture(SIZE, rgb);
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 50; i++) {
      int width = 1 + random.nextInt(200);
      int height = 1 + random.nextInt(100);
      View view =
          new View(
              random.nextBoolean(),
              random.nextInt(200 - width + 1),
              random.nextInt(100 - height + 1),
              width,
              height,
              1);
      List<GroundTruthBox> boxes = view.objects(List.of(BOX), SIZE);
      Picture part = view.of(picture);
      int bright = 0;
      for (int pixel = 0; pixel < width * height; pixel++) {
        boolean lit = part.rgb().get(3 * pixel) != 0;
        bright += lit ? 1 : 0;
        int row = pixel / width;
        double x = pixel % width + 0.5;
        double y = row + 0.5;
        assertThat(boxes.stream().anyMatch(box -> holds(box, x / width, y / height)))
            .as("%s at (%s, %s)", view, x, y)
            .isEqualTo(lit);
      }
      assertThat(boxes).hasSize(bright == 0 ? 0 : 1);
    }
  }

  private static boolean holds(GroundTruthBox box, double x, double y) {
    return Math.abs(x - box.cx()) <= box.width() / 2 && Math.abs(y - box.cy()) <= box.height() / 2;
  }

  @Test
  void aPartOutsideIsRefused() {
    assertThatThrownBy(() -> new View(false, -1, 0, 5, 5, 1))
        .hasMessage("Invalid view: 5x5 at (-1, 0) (must be a part of an image)");
  }
}
