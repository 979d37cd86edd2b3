package dev.boxmill.schemas;

/**
 * A box in center form, relative to the image: all four values are shares of the image's width or
 * height. It may reach over the image's border; {@link #corners} does not clip.
 */
public record Box(float cx, float cy, float width, float height) {

  public Box {
    if (!Float.isFinite(cx + cy + width + height)) {
      throw new IllegalArgumentException(
          "Invalid box: (" + cx + ", " + cy + ", " + width + ", " + height + ") (must be finite)");
    }
  }

  /** The box whose four values stand there in a row of numbers. */
  public static Box at(float[] values, int position) {
    return new Box(
        values[position], values[position + 1], values[position + 2], values[position + 3]);
  }

  /** Writes its four values into a row of numbers. */
  public void writeTo(float[] values, int position) {
    values[position] = cx;
    values[position + 1] = cy;
    values[position + 2] = width;
    values[position + 3] = height;
  }

  /** The same box in pixels of an image of that size. */
  public Corners corners(ImageSize image) {
    float halfWidth = width / 2;
    float halfHeight = height / 2;
    return new Corners(
        (cx - halfWidth) * image.width(),
        (cy - halfHeight) * image.height(),
        (cx + halfWidth) * image.width(),
        (cy + halfHeight) * image.height());
  }
}
