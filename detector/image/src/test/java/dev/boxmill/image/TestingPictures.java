package dev.boxmill.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.boxmill.schemas.ImageSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The image files of make_images.py, and what Pillow sees in them. */
final class TestingPictures {
  private static final String PIXELS = ".ppm";

  private TestingPictures() {}

  static List<String> names() {
    try (Stream<Path> files = Files.list(directory())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(PIXELS))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] file(String name) {
    return resource("pictures/" + name);
  }

  static byte[] resource(String name) {
    try {
      return Files.readAllBytes(directory().resolveSibling(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Pillow's pixels of that file. */
  static Picture expected(String name) {
    return ppm("pictures/" + name + PIXELS);
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

  /** Bit for bit. */
  static void assertEqual(Picture found, Picture expected) {
    assertThat(found.size()).isEqualTo(expected.size());
    int differing = found.rgb().mismatch(expected.rgb());
    if (differing >= 0) {
      fail(
          "Pixels differ from byte %d (pixel %d) on: %d, not %d"
              .formatted(
                  differing,
                  differing / 3,
                  found.rgb().get(differing) & 0xff,
                  expected.rgb().get(differing) & 0xff));
    }
  }

  private static Path directory() {
    try {
      return Path.of(TestingPictures.class.getResource("pictures").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
