package dev.boxmill.detr.preprocess;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.boxmill.image.Picture;
import dev.boxmill.schemas.ImageSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** What make_preprocessing.py wrote, and the picture that it resized. */
final class TestingPixels {
  private TestingPixels() {}

  static byte[] resource(String name) {
    try (InputStream in = TestingPixels.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A binary PPM: "P6\n45 34\n255\n" and then the bytes. */
  static Picture ppm(String resource) {
    byte[] ppm = resource(resource);
    String[] header = new String(ppm, 0, 20, ISO_8859_1).split("\\s", 5);
    ImageSize size = new ImageSize(Integer.parseInt(header[1]), Integer.parseInt(header[2]));
    int bytes = 3 * size.width() * size.height();
    ByteBuffer rgb = ByteBuffer.allocateDirect(bytes);
    rgb.put(ppm, ppm.length - bytes, bytes).flip();
    return new Picture(size, rgb);
  }
}
