package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * How the first page of a TIFF is stored.
 *
 * @param bits of each sample
 * @param format of a sample: 1 without sign, 2 with sign, 3 float
 * @param samples of a pixel, those that are no colors included
 * @param isPlanar whether each channel lies by itself
 * @param block size of its tiles, or of its strips but for the last
 */
record TiffPage(
    TiffDirectory tags,
    ImageSize size,
    TiffColors colors,
    TiffCompression compression,
    int bits,
    int format,
    int samples,
    boolean isPlanar,
    ImageSize block) {

  static final int FLOATS = 3;

  private static final int UNSIGNED = 1;
  private static final int MOST_SAMPLES = 64;
  private static final int PLANAR = 2;
  private static final int OLD_JPEG = 6;
  private static final int REDUCED = 1;

  /** How much wider than the page a tile may be. */
  private static final int MOST_PADDING = 1 << 16;

  static TiffPage of(TiffDirectory tags, PixelLimit limit) throws UnreadableImageException {
    ImageSize size = size(tags, limit);
    refuseRawPhotograph(tags);
    int compressed = (int) tags.value(TiffTags.COMPRESSION, 1);
    int photometric = (int) tags.value(TiffTags.PHOTOMETRIC, 0);
    TiffColors colors =
        TiffColors.of(compressed == OLD_JPEG ? TiffColors.YCBCR.number() : photometric);
    int samples =
        (int)
            tags.value(TiffTags.SAMPLES_PER_PIXEL, compressed == OLD_JPEG ? colors.channels() : 1);
    if (samples < colors.channels() || samples > MOST_SAMPLES) {
      throw unreadable("it has " + samples + " channels, which are no " + colors.title());
    }
    TiffPage page =
        new TiffPage(
            tags,
            size,
            colors,
            TiffCompression.of(compressed),
            same(tags.values(TiffTags.BITS_PER_SAMPLE), 1, "bits"),
            same(tags.values(TiffTags.SAMPLE_FORMAT), UNSIGNED, "kinds of samples"),
            samples,
            samples > 1 && tags.value(TiffTags.PLANAR_CONFIGURATION, 1) == PLANAR,
            block(tags, size));
    page.check();
    return page;
  }

  private void check() throws UnreadableImageException {
    if (compression.makesRgb() && (bits != 8 || samples > 4 || (samples == 2 && !isPlanar))) {
      throw unreadable(
          "it has %d channels of %d bits in JPEG (save it with LZW)".formatted(samples, bits));
    }
    int[] shared = subsampling();
    boolean odd = isPlanar || bits != 8 || samples != 3 || shared[0] < 1 || shared[1] < 1;
    if (isSubsampled() && (odd || Math.max(shared[0], shared[1]) > 4)) {
      throw unreadable("its YCbCr colors are stored in an unknown way (convert it to RGB)");
    }
  }

  static ImageSize size(TiffDirectory tags, PixelLimit limit) throws UnreadableImageException {
    return limit.check(
        ImageFormat.TIFF,
        (int) Math.min(tags.value(TiffTags.WIDTH, 0), Integer.MAX_VALUE),
        (int) Math.min(tags.value(TiffTags.HEIGHT, 0), Integer.MAX_VALUE));
  }

  /** Rows that are in memory while regions of at most so many rows are read. */
  static int rowsAtOnce(TiffDirectory tags, int mostRows) {
    long height = Math.max(1, Math.min(tags.value(TiffTags.HEIGHT, 1), Integer.MAX_VALUE));
    long block =
        tags.has(TiffTags.TILE_WIDTH) ? Math.max(0, tags.value(TiffTags.TILE_HEIGHT, 0)) : 0;
    return (int) Math.min(height, Math.min(height, mostRows) + Math.min(height, block));
  }

  static UnreadableImageException unreadable(String reason) {
    return UnreadableImageException.unreadable(ImageFormat.TIFF, reason, null);
  }

  boolean isTiled() {
    return tags.has(TiffTags.TILE_WIDTH);
  }

  /** Samples of a pixel that lie side by side. */
  int samplesTogether() {
    return isPlanar ? 1 : samples;
  }

  /** Samples of a pixel in a row that planes were joined in. */
  int rowSamples() {
    return compression == TiffCompression.WEBP ? TiffColors.RGB.channels() : samples;
  }

  int planes() {
    return isPlanar ? samples : 1;
  }

  int rowBytes() {
    long together = isPlanar ? 1 : rowSamples();
    return Math.toIntExact((block.width() * together * bits + 7) / 8);
  }

  /** Columns and rows that share a Cb and a Cr. */
  int[] subsampling() {
    long[] values = tags.values(TiffTags.YCBCR_SUBSAMPLING);
    return values.length == 2 ? new int[] {(int) values[0], (int) values[1]} : new int[] {2, 2};
  }

  /** Whether Y, Cb and Cr are what comes out of decompression. */
  boolean storesYcbcr() {
    return colors == TiffColors.YCBCR && (isPlanar || !compression.makesRgb());
  }

  /** Whether several pixels share a Cb and a Cr there. */
  boolean isSubsampled() {
    return storesYcbcr() && subsampling()[0] * subsampling()[1] > 1;
  }

  int predictor() {
    return (int) tags.value(TiffTags.PREDICTOR, 1);
  }

  ByteOrder order() {
    return tags.order();
  }

  /** Whether a fourth or second channel is alpha by which the colors were multiplied. */
  boolean isMultiplied() {
    return samples > colors.channels() && tags.value(TiffTags.EXTRA_SAMPLES, 0) == 1;
  }

  /** What cameras store first in a raw file is a thumbnail. */
  private static void refuseRawPhotograph(TiffDirectory tags) throws UnreadableImageException {
    boolean thumbnail =
        tags.value(TiffTags.SUBFILE_TYPE, 0) == REDUCED && tags.has(TiffTags.SUB_DIRECTORIES);
    if (thumbnail || tags.has(TiffTags.DNG_VERSION)) {
      throw unreadable(
          "it is a raw photograph of a camera, such as DNG or NEF (develop it to JPEG)");
    }
  }

  private static ImageSize block(TiffDirectory tags, ImageSize size)
      throws UnreadableImageException {
    boolean tiled = tags.has(TiffTags.TILE_WIDTH);
    long width = tiled ? tags.value(TiffTags.TILE_WIDTH, 0) : size.width();
    long height = tags.value(tiled ? TiffTags.TILE_HEIGHT : TiffTags.ROWS_PER_STRIP, 0);
    if (!tiled && (height <= 0 || height > size.height())) {
      height = size.height();
    }
    if (width < 1
        || height < 1
        || Math.max(width - size.width(), height - size.height()) > MOST_PADDING) {
      throw unreadable("it has tiles of " + width + "x" + height + " pixels");
    }
    return new ImageSize((int) width, (int) height);
  }

  private static int same(long[] values, int otherwise, String what)
      throws UnreadableImageException {
    if (Arrays.stream(values).distinct().count() > 1) {
      throw unreadable("its channels differ in their " + what + " (convert it to 8 bits RGB)");
    }
    return values.length == 0 ? otherwise : (int) values[0];
  }
}
