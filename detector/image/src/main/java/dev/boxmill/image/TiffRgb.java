package dev.boxmill.image;

/** Turns rows of a TIFF's samples, 0..255 or indices of its palette, into RGB. */
final class TiffRgb {
  private static final int PALETTE_BITS = 8;

  private final TiffPage page;
  private final int samples;
  private final int alpha;
  private final int[] palette;
  private final YcbcrTable ycbcr;

  TiffRgb(TiffPage page) throws UnreadableImageException {
    this.page = page;
    this.samples = page.rowSamples();
    this.alpha =
        page.isMultiplied() && samples > page.colors().channels() ? page.colors().channels() : 0;
    this.palette = page.colors() == TiffColors.PALETTE ? palette(page) : new int[0];
    this.ycbcr = YcbcrTable.of(page);
  }

  /** Writes the first pixels of the row. */
  void write(int[] row, byte[] rgb) {
    int from = 0;
    for (int to = 0; to < rgb.length; to += 3, from += samples) {
      switch (page.colors()) {
        case WHITE_IS_ZERO -> gray(255 - row[from], rgb, to);
        case BLACK_IS_ZERO -> gray(row[from], rgb, to);
        case PALETTE -> look(row[from], rgb, to);
        case INKS -> mix(row, from, rgb, to);
        case RGB -> copy(row, from, rgb, to);
        case YCBCR -> {
          if (page.storesYcbcr()) {
            ycbcr.toRgb(row, from);
          }
          copy(row, from, rgb, to);
        }
      }
      if (alpha > 0) {
        divide(row[from + alpha], rgb, to);
      }
    }
  }

  private static void gray(int level, byte[] rgb, int to) {
    rgb[to] = (byte) level;
    rgb[to + 1] = (byte) level;
    rgb[to + 2] = (byte) level;
  }

  private void look(int index, byte[] rgb, int to) {
    int colors = palette.length / 3;
    for (int channel = 0; channel < 3; channel++) {
      rgb[to + channel] = (byte) palette[channel * colors + Math.min(index, colors - 1)];
    }
  }

  private static void copy(int[] row, int from, byte[] rgb, int to) {
    rgb[to] = (byte) row[from];
    rgb[to + 1] = (byte) row[from + 1];
    rgb[to + 2] = (byte) row[from + 2];
  }

  private static void mix(int[] row, int from, byte[] rgb, int to) {
    int paper = 255 - row[from + 3];
    for (int ink = 0; ink < 3; ink++) {
      rgb[to + ink] = (byte) left(row[from + ink], paper);
    }
  }

  /** What one ink leaves of white paper's light, rounded as Pillow rounds. */
  private static int left(int ink, int paper) {
    int product = ink * paper + 128;
    return paper - (((product >> 8) + product) >> 8);
  }

  /** Takes the alpha out that colors were multiplied by, as Pillow does. */
  private static void divide(int alpha, byte[] rgb, int to) {
    for (int channel = to; channel < to + 3; channel++) {
      rgb[channel] = (byte) (alpha == 0 ? 0 : Math.min(255, (rgb[channel] & 0xff) * 255 / alpha));
    }
  }

  /** Palettes have 16 bits a sample, of which the high byte counts. */
  private static int[] palette(TiffPage page) throws UnreadableImageException {
    long[] map = page.tags().values(TiffTags.COLOR_MAP);
    if (map.length < 3 || page.bits() > PALETTE_BITS) {
      throw TiffPage.unreadable(
          "it has a palette of %d values for %d bits".formatted(map.length, page.bits()));
    }
    int[] palette = new int[map.length / 3 * 3];
    for (int i = 0; i < palette.length; i++) {
      palette[i] = (int) map[i] >> 8;
    }
    return palette;
  }
}
