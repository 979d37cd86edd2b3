package dev.boxmill.refiners.spi.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Detection;
import java.util.List;

/**
 * Compares what one image gives in two ways; a failure shows the image and the first detection that
 * differs.
 *
 * @param tolerance allowed difference of scores and of boxes' values
 */
record SameDetections(String oneWay, String otherWay, float tolerance) {

  void check(int image, List<Detection> one, List<Detection> other) {
    assertEquals(
        one.size(),
        other.size(),
        () ->
            "Number of detections of made-up image %d, %s and %s"
                .formatted(image, oneWay, otherWay));
    for (int i = 0; i < one.size(); i++) {
      int number = i;
      assertTrue(
          near(one.get(i), other.get(i)),
          () ->
              "Detection %d of made-up image %d is %s %s but %s %s"
                  .formatted(number, image, one.get(number), oneWay, other.get(number), otherWay));
    }
  }

  private boolean near(Detection one, Detection other) {
    Box a = one.box();
    Box b = other.box();
    return one.withBox(b).withScore(other.score()).equals(other)
        && near(one.score(), other.score())
        && near(a.cx(), b.cx())
        && near(a.cy(), b.cy())
        && near(a.width(), b.width())
        && near(a.height(), b.height());
  }

  private boolean near(float one, float other) {
    return Math.abs(one - other) <= tolerance;
  }
}
