package dev.boxmill.job.scenes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestSceneDrawer {
  private static final int SCENES = 60;

  /**
   * Of the eight times magnified drawing, in pixels of the original size; a stroke's edge may fall
   * on either.
   */
  private static final double PIXEL_SIDE = 2 / 8.0;

  @Test
  void boxesLieInsideTheirPicture() {
    for (Scene scene : scenes()) {
      Rectangle2D picture =
          new Rectangle2D.Double(0, 0, scene.picture().getWidth(), scene.picture().getHeight());
      assertThat(scene.objects()).isNotEmpty().allMatch(object -> picture.contains(object.box()));
    }
  }

  @Test
  void everyKindOccurs() {
    Set<ObjectKind> seen = EnumSet.noneOf(ObjectKind.class);
    scenes().forEach(scene -> scene.objects().forEach(object -> seen.add(object.kind())));

    assertThat(seen).containsExactlyInAnyOrder(ObjectKind.values());
  }

  @Test
  void loneObjectsBoxIsTightAroundItsPixels() {
    for (ObjectKind kind : ObjectKind.values()) {
      PlacedObject object = placed(kind, 100, 100, 0.7);

      Rectangle2D.Double box = new VisibleMask(200, 200, List.of(object)).labels().get(0).box();

      Rectangle2D.Double magnified = magnifiedPixels(object);
      assertThat(box.x).isCloseTo(magnified.x, within(PIXEL_SIDE));
      assertThat(box.y).isCloseTo(magnified.y, within(PIXEL_SIDE));
      assertThat(box.getMaxX()).isCloseTo(magnified.getMaxX(), within(PIXEL_SIDE));
      assertThat(box.getMaxY()).isCloseTo(magnified.getMaxY(), within(PIXEL_SIDE));
    }
  }

  @Test
  void rotatedSquareIsTight() {
    PlacedObject box = placed(ObjectKind.BOX, 100, 100, Math.PI / 2);

    Rectangle2D.Double bounds = box.bounds();

    // The unit box is 1 wide and 0.76 high, here 60 pixels long and turned upright, with a rim of 2
    // pixels.
    assertThat(bounds.x).isCloseTo(100 - 0.38 * 60 - 1, within(1e-9));
    assertThat(bounds.y).isCloseTo(100 - 0.5 * 60 - 1, within(1e-9));
    assertThat(bounds.width).isCloseTo(0.76 * 60 + 2, within(1e-9));
    assertThat(bounds.height).isCloseTo(60 + 2, within(1e-9));
  }

  @Test
  void boxEndsWhereAnotherObjectCovers() {
    PlacedObject under = placed(ObjectKind.BOX, 80, 100, 0);
    PlacedObject over = placed(ObjectKind.BOX, 120, 100, 0);

    List<LabeledObject> labels = new VisibleMask(200, 200, List.of(under, over)).labels();

    assertThat(labels.get(0).box().getMaxX()).isCloseTo(120 - 31, within(1.0));
    assertThat(labels.get(0).box().x).isEqualTo(under.bounds().x);
    assertThat(labels.get(1).box()).isEqualTo(over.bounds());
  }

  @Test
  void mostlyHiddenObjectIsNoticed() {
    PlacedObject under = placed(ObjectKind.STAR, 100, 100, 0);
    PlacedObject over = placed(ObjectKind.BOX, 100, 100, 0);

    assertThat(new VisibleMask(200, 200, List.of(under, over)).showsAll()).isFalse();
    assertThat(
            new VisibleMask(200, 200, List.of(over, placed(ObjectKind.STAR, 40, 40, 0))).showsAll())
        .isTrue();
  }

  @Test
  void boxEndsAtThePicturesBorder() {
    PlacedObject crossing = placed(ObjectKind.BOX, 20, 100, 0);

    Rectangle2D.Double box = new VisibleMask(200, 200, List.of(crossing)).labels().get(0).box();

    assertThat(box.x).isZero();
    assertThat(box.getMaxX()).isCloseTo(20 + 31, within(1e-9));
  }

  /**
   * The extent of the object's pixels when drawn eight times as large, in pixels of the original
   * size.
   */
  private static Rectangle2D.Double magnifiedPixels(PlacedObject object) {
    BufferedImage canvas = new BufferedImage(1600, 1600, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D graphics = canvas.createGraphics();
    graphics.scale(8, 8);
    graphics.setStroke(object.stroke());
    graphics.fill(object.shape());
    graphics.draw(object.shape());
    graphics.dispose();
    Rectangle drawn = new Rectangle(-1, -1);
    for (int y = 0; y < 1600; y++) {
      for (int x = 0; x < 1600; x++) {
        if (canvas.getRaster().getSample(x, y, 0) > 0) {
          drawn.add(new Rectangle(x, y, 1, 1));
        }
      }
    }
    return new Rectangle2D.Double(
        drawn.x / 8.0, drawn.y / 8.0, drawn.width / 8.0, drawn.height / 8.0);
  }

  private static PlacedObject placed(ObjectKind kind, double x, double y, double angle) {
    AffineTransform pose = AffineTransform.getTranslateInstance(x, y);
    pose.rotate(angle);
    pose.scale(60, 60);
    return new PlacedObject(kind, pose, 2, Color.ORANGE, Color.RED);
  }

  private static List<Scene> scenes() {
    SceneDrawer drawer = new SceneDrawer(SceneKind.SMALL, 5);
    return IntStream.range(0, SCENES).mapToObj(drawer::draw).toList();
  }
}
