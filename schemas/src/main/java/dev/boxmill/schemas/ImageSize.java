package dev.boxmill.schemas;

import java.io.Serializable;

/** Width and height of an image in pixels, after EXIF orientation. */
public record ImageSize(int width, int height) implements Serializable {

  public ImageSize {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "Invalid image size: " + width + "x" + height + " (must be at least 1x1)");
    }
  }

  @Override
  public String toString() {
    return width + "x" + height;
  }
}
