package dev.boxmill.job.preview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.image.Picture;
import dev.boxmill.schemas.ImageSize;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

final class TestSmallJpeg {
  @Test
  void keepsProportionsAndColors() throws IOException {
    BufferedImage small = small(halves(1001, 500), 100);

    assertThat(small.getWidth()).isEqualTo(100);
    assertThat(small.getHeight()).isEqualTo(50);
    assertThat(new Color(small.getRGB(20, 25)).getRed()).isCloseTo(200, within(8));
    assertThat(new Color(small.getRGB(20, 25)).getBlue()).isCloseTo(20, within(8));
    assertThat(new Color(small.getRGB(80, 25)).getRed()).isCloseTo(20, within(8));
    assertThat(new Color(small.getRGB(80, 25)).getBlue()).isCloseTo(200, within(8));
  }

  @Test
  void aFineCheckerboardBecomesGreyInsteadOfStripes() throws IOException {
    ByteBuffer rgb = ByteBuffer.allocateDirect(3 * 800 * 800);
    for (int i = 0; i < 800 * 800; i++) {
      byte value = (byte) ((i % 800 + i / 800) % 2 == 0 ? 255 : 0);
      rgb.put(value).put(value).put(value);
    }

    BufferedImage small = small(new Picture(new ImageSize(800, 800), rgb.rewind()), 100);

    assertThat(new Color(small.getRGB(31, 57)).getGreen()).isCloseTo(127, within(4));
  }

  @Test
  void smallAndThinPicturesAreNotEnlarged() throws IOException {
    assertThat(small(halves(30, 20), 100).getWidth()).isEqualTo(30);
    assertThat(small(halves(5000, 2), 100).getHeight()).isEqualTo(1);
  }

  private static BufferedImage small(Picture picture, int edge) throws IOException {
    byte[] jpeg = Base64.getDecoder().decode(SmallJpeg.of(picture, picture.size(), edge));
    return ImageIO.read(new ByteArrayInputStream(jpeg));
  }

  /** Red on the left, blue on the right. */
  private static Picture halves(int width, int height) {
    ByteBuffer rgb = ByteBuffer.allocateDirect(3 * width * height);
    for (int i = 0; i < width * height; i++) {
      boolean left = i % width < width / 2;
      rgb.put((byte) (left ? 200 : 20)).put((byte) 20).put((byte) (left ? 20 : 200));
    }
    return new Picture(new ImageSize(width, height), rgb.rewind());
  }
}
