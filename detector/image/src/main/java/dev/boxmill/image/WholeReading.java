package dev.boxmill.image;

import dev.boxmill.schemas.ImageSize;
import java.util.List;

/**
 * Regions of a picture that is decoded whole, as most formats ask for.
 *
 * @param file bytes of the image
 * @param size upright
 */
record WholeReading(ImageDecoder decoder, byte[] file, ImageSize size) implements RegionReading {

  @Override
  public ImageSize atOnce() {
    return size;
  }

  @Override
  public void read(List<Region> regions, Visitor visitor) throws UnreadableImageException {
    Picture picture = decoder.decode(file);
    for (Region region : regions) {
      visitor.visit(region, picture.region(region));
    }
  }
}
