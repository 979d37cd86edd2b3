package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;

/** The first frame of a GIF on its canvas, which it need not cover. */
final class GifFrame {
  private static final String FORMAT = "javax_imageio_gif_image_1.0";

  private GifFrame() {}

  static Picture first(ImageReader reader, byte[] file, PixelLimit limit)
      throws IOException, UnreadableImageException {
    ImageSize canvas = canvas(reader, file, limit);
    BufferedImage frame = reader.read(0);
    Picture picture = Picture.blank(canvas);
    fill(picture, background((IndexColorModel) frame.getColorModel()));
    IIOMetadataNode place = descriptor(reader);
    int left = number(place, "imageLeftPosition");
    Pixels.copyColors(frame, picture, left, number(place, "imageTopPosition"));
    return picture;
  }

  /** As the header has it, or as large as it must be to hold the frame. */
  static ImageSize canvas(ImageReader reader, byte[] file, PixelLimit limit)
      throws IOException, UnreadableImageException {
    ByteBuffer header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    IIOMetadataNode place = descriptor(reader);
    int right = number(place, "imageLeftPosition") + reader.getWidth(0);
    int bottom = number(place, "imageTopPosition") + reader.getHeight(0);
    int width = Math.max(right, Short.toUnsignedInt(header.getShort(6)));
    int height = Math.max(bottom, Short.toUnsignedInt(header.getShort(8)));
    return limit.check(ImageFormat.GIF, width, height);
  }

  private static int number(IIOMetadataNode node, String attribute) {
    return Integer.parseInt(node.getAttribute(attribute));
  }

  private static IIOMetadataNode descriptor(ImageReader reader) throws IOException {
    IIOMetadataNode root = (IIOMetadataNode) reader.getImageMetadata(0).getAsTree(FORMAT);
    return (IIOMetadataNode) root.getElementsByTagName("ImageDescriptor").item(0);
  }

  /** The transparent color, or the palette's first, as Pillow has it. */
  private static int background(IndexColorModel palette) {
    return palette.getRGB(Math.max(0, palette.getTransparentPixel()));
  }

  private static void fill(Picture picture, int color) {
    ByteBuffer rgb = picture.rgb().duplicate();
    while (rgb.hasRemaining()) {
      rgb.put((byte) (color >> 16)).put((byte) (color >> 8)).put((byte) color);
    }
  }
}
