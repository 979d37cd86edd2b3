package dev.boxmill.detr.preprocess;

import dev.boxmill.schemas.ImageSize;

/** What size an image has after resizing; the formulas are those of Hugging Face transformers. */
public sealed interface ResizeRule {

  ImageSize resized(ImageSize original);

  /** The same rule for images that many times as large, for training on objects of many sizes. */
  ResizeRule scaled(double factor);

  /** The same rule, but images that it scales have sides of so many pixels times a whole number. */
  default ResizeRule inMultiplesOf(int pixels) {
    return this;
  }

  /** Images keep their size. */
  record None() implements ResizeRule {
    @Override
    public ImageSize resized(ImageSize original) {
      return original;
    }

    @Override
    public ResizeRule scaled(double factor) {
      return this;
    }
  }

  /**
   * All images get one size, whatever their aspect ratio.
   *
   * @param cell pixels that the sides of scaled images are multiples of
   */
  record Exact(ImageSize size, int cell) implements ResizeRule {

    private static final int COARSEST_CELL = 32;

    /** Scaled to whole cells of the coarsest feature map, as most detectors are trained. */
    public Exact(ImageSize size) {
      this(size, COARSEST_CELL);
    }

    /** Where a network has windows, a cell of 32 pixels is not whole. */
    @Override
    public ResizeRule inMultiplesOf(int pixels) {
      return pixels == 1 ? this : new Exact(size, pixels);
    }

    @Override
    public ImageSize resized(ImageSize original) {
      return size;
    }

    @Override
    public ResizeRule scaled(double factor) {
      ImageSize scaled =
          new ImageSize(wholeCells(size.width() * factor), wholeCells(size.height() * factor));
      return new Exact(scaled, cell);
    }

    private int wholeCells(double pixels) {
      return cell * Math.max(1, (int) Math.round(pixels / cell));
    }
  }

  /**
   * The shorter edge gets a length, unless the longer one would come out too long: {@code
   * get_size_with_aspect_ratio} of {@code image_transforms.py}. Mind where it rounds to even and
   * where it truncates.
   *
   * @param shortest wanted length of the shorter edge
   * @param longest most of the longer edge
   */
  record ShortestEdge(int shortest, int longest) implements ResizeRule {

    public ShortestEdge {
      positive("shortest_edge", shortest);
      positive("longest_edge", longest);
    }

    @Override
    public ResizeRule scaled(double factor) {
      return new ShortestEdge(atLeastOne(shortest * factor), longest);
    }

    @Override
    public ImageSize resized(ImageSize original) {
      int height = original.height();
      int width = original.width();
      double smaller = Math.min(height, width);
      double larger = Math.max(height, width);
      double raw = shortest;
      if (larger / smaller * shortest > longest) {
        raw = longest * smaller / larger;
      }
      int edge = (int) Math.rint(raw);
      if (Math.min(height, width) == edge) {
        return original;
      }
      return width < height
          ? atLeastOne(edge, raw * height / width)
          : atLeastOne(raw * width / height, edge);
    }
  }

  /**
   * The same as the detectors' own code has it ({@code datasets/transforms.py} of DETR): where the
   * longer edge would come out too long, the shorter one is rounded first and the longer follows
   * from it.
   *
   * @param shortest wanted length of the shorter edge
   * @param longest most of the longer edge, give or take the rounding
   */
  record RoundedShortestEdge(int shortest, int longest) implements ResizeRule {

    @Override
    public ResizeRule scaled(double factor) {
      return new RoundedShortestEdge(atLeastOne(shortest * factor), longest);
    }

    @Override
    public ImageSize resized(ImageSize original) {
      int height = original.height();
      int width = original.width();
      double smaller = Math.min(height, width);
      double larger = Math.max(height, width);
      int edge =
          larger / smaller * shortest > longest
              ? (int) Math.rint(longest * smaller / larger)
              : shortest;
      if (Math.min(height, width) == edge) {
        return original;
      }
      return width < height
          ? atLeastOne(edge, (double) edge * height / width)
          : atLeastOne((double) edge * width / height, edge);
    }
  }

  /** As large as fits, aspect ratio kept: {@code get_image_size_for_max_height_width}. */
  record Within(int maxHeight, int maxWidth) implements ResizeRule {

    public Within {
      positive("max_height", maxHeight);
      positive("max_width", maxWidth);
    }

    @Override
    public ResizeRule scaled(double factor) {
      return new Within(atLeastOne(maxHeight * factor), atLeastOne(maxWidth * factor));
    }

    @Override
    public ImageSize resized(ImageSize original) {
      double scale =
          Math.min((double) maxHeight / original.height(), (double) maxWidth / original.width());
      return atLeastOne(original.width() * scale, original.height() * scale);
    }
  }

  /** Truncates; where a thin image would come out with no pixels, it keeps one. */
  private static ImageSize atLeastOne(double width, double height) {
    return new ImageSize(Math.max(1, (int) width), Math.max(1, (int) height));
  }

  private static int atLeastOne(double pixels) {
    return Math.max(1, (int) Math.round(pixels));
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "Invalid size." + name + ": " + value + " (must be at least 1)");
    }
  }
}
