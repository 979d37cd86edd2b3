package dev.boxmill.detr.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class TestImageDecoder {
  private final ImageDecoder decoder = new ImageDecoder();

  static java.util.List<String> names() {
    return TestingPictures.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void pixelsEqualPillows(String name) throws UnreadableImageException {
    Picture found = decoder.decode(TestingPictures.file(name));
    Picture expected = TestingPictures.expected(name);

    assertThat(found.size()).isEqualTo(expected.size());
    int max = 0;
    long sum = 0;
    for (int i = 0; i < found.rgb().limit(); i++) {
      int d = Math.abs((found.rgb().get(i) & 255) - (expected.rgb().get(i) & 255));
      max = Math.max(max, d);
      sum += d;
    }
    assertThat("max " + max + " mean " + (double) sum / found.rgb().limit()).startsWith("max 0 ");
  }
}
