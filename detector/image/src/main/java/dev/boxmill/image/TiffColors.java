package dev.boxmill.image;

import java.util.Arrays;
import java.util.Map;

/** What a TIFF's samples mean, by the number of its photometric interpretation. */
enum TiffColors {
  WHITE_IS_ZERO(0, 1, "gray"),
  BLACK_IS_ZERO(1, 1, "gray"),
  RGB(2, 3, "RGB"),
  PALETTE(3, 1, "palette"),
  INKS(5, 4, "CMYK"),
  YCBCR(6, 3, "YCbCr");

  private static final Map<Integer, String> OTHERS =
      Map.of(
          4, "a mask",
          8, "CIELab colors",
          9, "CIELab colors",
          10, "CIELab colors",
          32803, "a camera's raw colors",
          32844, "LogLuv colors",
          32845, "LogLuv colors",
          34892, "a camera's raw colors");

  private final int number;
  private final int channels;
  private final String title;

  TiffColors(int number, int channels, String title) {
    this.number = number;
    this.channels = channels;
    this.title = title;
  }

  static TiffColors of(int number) throws UnreadableImageException {
    return Arrays.stream(values())
        .filter(colors -> colors.number == number)
        .findFirst()
        .orElseThrow(
            () ->
                TiffPage.unreadable(
                    "it holds "
                        + OTHERS.getOrDefault(number, "colors of the unknown kind " + number)
                        + " (convert it to RGB)"));
  }

  int number() {
    return number;
  }

  int channels() {
    return channels;
  }

  String title() {
    return title;
  }
}
