package dev.boxmill.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.schemas.ImageSize;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class TestScaledReading {

  private final ImageDecoder decoder = new ImageDecoder();

  static List<Arguments> names() {
    return Stream.of(
            "baseline.jpg",
            "progressive.jpg",
            "gray.jpg",
            "s411.jpg",
            "s422.jpg",
            "turn6.jpg",
            "turn7.jpg")
        .flatMap(name -> Stream.of(2, 4, 8).map(reduction -> Arguments.of(name, reduction)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("names")
  void reducedPixelsEqualPillows(String name, int reduction) throws UnreadableImageException {
    byte[] file = TestingPictures.file(name);
    Picture expected = TestingPictures.ppm("reduced/%s.%d.ppm".formatted(name, reduction));
    ScaledReading reading = decoder.scaled(file, size -> expected.size());

    assertThat(reading.reduction()).isEqualTo(reduction);
    assertThat(reading.size()).isEqualTo(decoder.decode(file).size());
    assertThat(reading.reduced()).isEqualTo(expected.size());
    TestingPictures.assertEqual(reading.read(), expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,8", "6,5,8", "7,5,4", "12,9,4", "12,10,2", "23,17,2", "24,17,1", "45,34,1", "90,68,1"
  })
  void itIsNoSmallerThanWhatIsAskedFor(int width, int height, int reduction)
      throws UnreadableImageException {
    byte[] file = TestingPictures.file("baseline.jpg");
    assertThat(decoder.scaled(file, size -> new ImageSize(width, height)).reduction())
        .isEqualTo(reduction);
  }

  @Test
  void otherFormatsAreDecodedAsTheyAre() throws UnreadableImageException {
    ScaledReading reading =
        decoder.scaled(TestingPictures.file("rgb.png"), size -> new ImageSize(1, 1));
    assertThat(reading.reduction()).isEqualTo(1);
    TestingPictures.assertEqual(reading.read(), TestingPictures.expected("rgb.png"));
  }

  @Test
  void anUnknownDecodingIsNamed() {
    assertThat(Decoding.of("scaled")).isEqualTo(Decoding.SCALED);
    assertThatThrownBy(() -> Decoding.of("half"))
        .hasMessage("Unknown decoding 'half' (known: full, scaled)");
  }
}
