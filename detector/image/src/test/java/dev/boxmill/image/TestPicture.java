package dev.boxmill.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.schemas.ImageSize;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class TestPicture {

  @Test
  void mirroredTwiceIsThePicture() {
    Picture picture = picture(3, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19);
    Picture mirrored = picture.mirrored();
    assertThat(mirrored)
        .isEqualTo(picture(3, 2, 7, 8, 9, 4, 5, 6, 1, 2, 3, 17, 18, 19, 14, 15, 16, 11, 12, 13));
    assertThat(mirrored.mirrored()).isEqualTo(picture);
  }

  @Test
  void whatLiesBesideItsCanvasIsDropped() {
    Picture picture = picture(1, 1, 1, 2, 3);
    assertThat(picture.placed(new ImageSize(2, 1), 1, 0))
        .isEqualTo(picture(2, 1, 0, 0, 0, 1, 2, 3));
    assertThat(picture.placed(new ImageSize(2, 1), 99, 0))
        .isEqualTo(picture(2, 1, 0, 0, 0, 0, 0, 0));
    assertThat(picture.placed(new ImageSize(2, 1), 0, 99))
        .isEqualTo(picture(2, 1, 0, 0, 0, 0, 0, 0));
  }

  private static Picture picture(int width, int height, int... samples) {
    ByteBuffer rgb = ByteBuffer.allocateDirect(samples.length);
    for (int sample : samples) {
      rgb.put((byte) sample);
    }
    return new Picture(new ImageSize(width, height), rgb.flip());
  }
}
