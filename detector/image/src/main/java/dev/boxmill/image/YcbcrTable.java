package dev.boxmill.image;

/**
 * YCbCr to RGB in fixed point arithmetic: libtiff's by the coefficients that a TIFF names, or
 * Pillow's own, which it takes where libtiff has nothing to decompress.
 */
final class YcbcrTable {
  private static final double[] REC_601 = {0.299, 0.587, 0.114};
  private static final double[] FULL_RANGE = {0, 255, 128, 255, 128, 255};
  private static final int LIBTIFF_SHIFT = 16;
  private static final int PILLOW_SHIFT = 6;
  private static final int HALF = 1 << (LIBTIFF_SHIFT - 1);

  private final int shift;
  private final int[] luma = new int[256];
  private final int[] redOfCr = new int[256];
  private final int[] blueOfCb = new int[256];
  private final int[] greenOfCr = new int[256];
  private final int[] greenOfCb = new int[256];

  private YcbcrTable(int shift) {
    this.shift = shift;
  }

  static YcbcrTable of(TiffPage page) {
    boolean stored = page.compression() == TiffCompression.NONE && !page.isSubsampled();
    YcbcrTable table = new YcbcrTable(stored ? PILLOW_SHIFT : LIBTIFF_SHIFT);
    if (stored) {
      table.fillAsPillow();
    } else {
      table.fillAsLibtiff(page.tags());
    }
    return table;
  }

  private void fillAsPillow() {
    for (int i = 0; i < luma.length; i++) {
      luma[i] = i;
      redOfCr[i] = rounded(1.402, i) >> PILLOW_SHIFT;
      greenOfCb[i] = rounded(-0.34414, i);
      greenOfCr[i] = rounded(-0.71414, i);
      blueOfCb[i] = rounded(1.772, i) >> PILLOW_SHIFT;
    }
  }

  private static int rounded(double factor, int chroma) {
    return (int) (factor * (1 << PILLOW_SHIFT) * (chroma - 128) + 0.5);
  }

  private void fillAsLibtiff(TiffDirectory tags) {
    float[] weights = floats(tags.numbers(TiffTags.YCBCR_COEFFICIENTS), REC_601);
    float[] range = floats(tags.numbers(TiffTags.REFERENCE_BLACK_WHITE), FULL_RANGE);
    float ofCr = 2 - 2 * weights[0];
    float ofCb = 2 - 2 * weights[2];
    int red = fixed(ofCr);
    int greenCr = -fixed(weights[0] * ofCr / weights[1]);
    int blue = fixed(ofCb);
    int greenCb = -fixed(weights[2] * ofCb / weights[1]);
    for (int i = 0; i < luma.length; i++) {
      int cr = value(i - 128, range[4] - 128, range[5] - 128, 127);
      int cb = value(i - 128, range[2] - 128, range[3] - 128, 127);
      redOfCr[i] = (red * cr + HALF) >> LIBTIFF_SHIFT;
      blueOfCb[i] = (blue * cb + HALF) >> LIBTIFF_SHIFT;
      greenOfCr[i] = greenCr * cr;
      greenOfCb[i] = greenCb * cb + HALF;
      luma[i] = value(i, range[0], range[1], 255);
    }
  }

  /** Replaces Y, Cb and Cr at that position. */
  void toRgb(int[] samples, int at) {
    int y = luma[samples[at]];
    int cb = samples[at + 1];
    int cr = samples[at + 2];
    samples[at] = clip(y + redOfCr[cr]);
    samples[at + 1] = clip(y + ((greenOfCb[cb] + greenOfCr[cr]) >> shift));
    samples[at + 2] = clip(y + blueOfCb[cb]);
  }

  private static float[] floats(double[] numbers, double[] otherwise) {
    double[] taken = numbers.length == otherwise.length ? numbers : otherwise;
    float[] floats = new float[taken.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) taken[i];
    }
    return floats;
  }

  private static int fixed(float factor) {
    return (int) (Math.max(0, Math.min(2, factor)) * (1 << LIBTIFF_SHIFT) + 0.5);
  }

  private static int value(int code, float black, float white, int most) {
    float range = white - black == 0 ? 1 : white - black;
    float value = (code - (int) black) * (float) most / range;
    return (int) Math.max(-4096, Math.min(4096, value));
  }

  private static int clip(int value) {
    return Math.max(0, Math.min(255, value));
  }
}
