package dev.boxmill.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class TestRegionReading {
  private static final int ROWS = 9;
  private static final int COLUMNS = 13;

  private final ImageDecoder decoder = new ImageDecoder();

  static List<String> names() {
    return TestingPictures.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void regionsAreThoseOfTheWholePicture(String name) throws UnreadableImageException {
    Picture whole = decoder.decode(TestingPictures.file(name));
    RegionReading reading = decoder.regions(TestingPictures.file(name), ROWS);
    assertThat(reading.size()).isEqualTo(whole.size());

    List<Region> expected = overlapping(whole.size());
    List<Region> visited = new ArrayList<>();
    reading.read(
        expected,
        (region, picture) -> {
          TestingPictures.assertEqual(picture, whole.region(region));
          visited.add(region);
        });

    assertThat(visited).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void aTiffHasNoMoreRowsInMemoryThanItsRegionsNeed() throws UnreadableImageException {
    byte[] strips = new TestingTiff(100, 400, 8, new byte[100 * 400]).file();
    ImageDecoder narrow = new ImageDecoder(900);

    assertThat(narrow.regions(strips, ROWS).atOnce()).isEqualTo(new ImageSize(100, ROWS));
    assertThatThrownBy(() -> narrow.regions(strips, ROWS + 1))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessage(
            "Cannot decode the TIFF: 10 rows of its 100x400 pixels are over the limit of 900"
                + " (make the image smaller, or raise --max-pixels)")
        .extracting(e -> ((UnreadableImageException) e).category())
        .isEqualTo(ErrorCategory.REFUSED);
  }

  @Test
  void aFaultOfTheVisitorIsNotTheFiles() {
    byte[] strips = new TestingTiff(10, 40, 8, new byte[400]).file();
    assertThatThrownBy(
            () ->
                decoder
                    .regions(strips, ROWS)
                    .read(
                        overlapping(new ImageSize(10, 40)),
                        (region, picture) -> {
                          throw new IllegalStateException("no memory on the device");
                        }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no memory on the device");
  }

  @Test
  void aTiffThatEndsEarlyIsUnreadableAfterItsFirstRegions() {
    byte[] strips = new TestingTiff(10, 40, 8, new byte[200]).file();
    List<Region> visited = new ArrayList<>();
    assertThatThrownBy(
            () ->
                decoder
                    .regions(strips, ROWS)
                    .read(
                        overlapping(new ImageSize(10, 40)),
                        (region, picture) -> visited.add(region)))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("it is cut off after");
    assertThat(visited).isNotEmpty();
  }

  /** In an order of their own, two pixels and two rows shared. */
  private static List<Region> overlapping(ImageSize size) {
    List<Region> regions = new ArrayList<>();
    for (int left = 0; left == 0 || left + 2 < size.width(); left += COLUMNS - 2) {
      for (int top = 0; top == 0 || top + 2 < size.height(); top += ROWS - 2) {
        int width = Math.min(COLUMNS, size.width() - left);
        int height = Math.min(ROWS, size.height() - top);
        regions.add(new Region(left, top, new ImageSize(width, height)));
      }
    }
    return regions;
  }
}
