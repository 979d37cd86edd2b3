package dev.boxmill.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import javax.imageio.ImageReader;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;

/**
 * TIFF palettes have 16 bits a sample: the high byte counts, where the JDK scales and truncates.
 */
final class TiffPalette {
  private static final int RED = 0;
  private static final int GREEN = 1;
  private static final int BLUE = 2;

  private TiffPalette() {}

  static BufferedImage exact(ImageReader reader, BufferedImage image) throws IOException {
    TIFFDirectory tags = TIFFDirectory.createFromMetadata(reader.getImageMetadata(0));
    TIFFField map = tags.getTIFFField(BaselineTIFFTagSet.TAG_COLOR_MAP);
    if (map == null || !(image.getColorModel() instanceof IndexColorModel palette)) {
      return image;
    }
    int colors = Math.min(palette.getMapSize(), map.getCount() / 3);
    IndexColorModel exact =
        new IndexColorModel(
            palette.getPixelSize(),
            colors,
            highBytes(map, RED, colors),
            highBytes(map, GREEN, colors),
            highBytes(map, BLUE, colors));
    return new BufferedImage(exact, image.getRaster(), false, null);
  }

  private static byte[] highBytes(TIFFField map, int channel, int colors) {
    byte[] bytes = new byte[colors];
    for (int i = 0; i < colors; i++) {
      bytes[i] = (byte) (map.getAsInt(channel * map.getCount() / 3 + i) >> 8);
    }
    return bytes;
  }
}
