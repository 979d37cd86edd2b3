package dev.boxmill.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pixels against Pillow's, bit for bit in all formats, JPEG and lossy WebP too. */
final class TestImageDecoder {
  private final ImageDecoder decoder = new ImageDecoder();

  static List<String> names() {
    return TestingPictures.names();
  }

  @Test
  void picturesOfEveryFormatAreThere() {
    assertThat(names()).hasSizeGreaterThan(110);
    assertThat(names().stream().map(TestingPictures::file).map(f -> ImageFormat.of(f).get()))
        .contains(ImageFormat.values());
  }

  @ParameterizedTest
  @MethodSource("names")
  void pixelsEqualPillows(String name) throws UnreadableImageException {
    Picture found = decoder.decode(TestingPictures.file(name));

    TestingPictures.assertEqual(found, TestingPictures.expected(name));
  }

  /** Pillow refuses them, browsers and viewers show them. */
  @ParameterizedTest
  @ValueSource(strings = {"baseline.jpg", "progressive.jpg", "s411.jpg", "gray.jpg", "ycck.jpg"})
  void aJpegThatLacksItsEndMarkerAloneIsWhole(String name) throws UnreadableImageException {
    byte[] file = TestingPictures.file(name);
    for (int missing = 1; missing <= 2; missing++) {
      Picture found = decoder.decode(Arrays.copyOf(file, file.length - missing));

      TestingPictures.assertEqual(found, TestingPictures.expected(name));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rgb.png", "palette_transparent.png", "rgb_16_bits.png"})
  void aPngThatLacksItsEndAloneIsWhole(String name) throws UnreadableImageException {
    byte[] file = TestingPictures.file(name);
    for (int missing : List.of(1, 4, 12)) {
      Picture found = decoder.decode(Arrays.copyOf(file, file.length - missing));

      TestingPictures.assertEqual(found, TestingPictures.expected(name));
    }
  }

  @Test
  void manyThreadsDecodeAtOnce() throws Exception {
    List<Callable<Picture>> work =
        IntStream.range(0, 20)
            .boxed()
            .flatMap(round -> names().stream())
            .map(name -> (Callable<Picture>) () -> decoder.decode(TestingPictures.file(name)))
            .toList();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Picture>> found = threads.invokeAll(work);
      for (int i = 0; i < found.size(); i++) {
        String name = names().get(i % names().size());
        TestingPictures.assertEqual(found.get(i).get(), TestingPictures.expected(name));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void theBufferIsTheCallersAlone() throws UnreadableImageException {
    byte[] file = TestingPictures.file("rgb.png");
    Picture first = decoder.decode(file);
    Picture second = decoder.decode(file);
    first.rgb().put(0, (byte) (first.rgb().get(0) + 1));

    assertThat(second.rgb().get(0)).isNotEqualTo(first.rgb().get(0));
  }

  @Test
  void aLimitOutOfRangeIsRefused() {
    assertThatThrownBy(() -> new ImageDecoder(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid limit of pixels: 0 (must be 1 to 500000000)");
  }

  @Test
  void aPictureKnowsItsBuffersSize() {
    Picture picture = TestingPictures.expected("rgb.png");

    assertThatThrownBy(() -> new Picture(picture.size(), picture.rgb().slice(0, 9)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("for 45x34 pixels (must be direct, with 4590 bytes from position 0)");
  }
}
