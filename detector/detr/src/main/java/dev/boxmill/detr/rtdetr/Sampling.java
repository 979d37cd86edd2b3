package dev.boxmill.detr.rtdetr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.deformable.DeformableTransformer;
import dev.boxmill.torchscript.Program;

/**
 * How the decoder's queries sample the maps; all that RT-DETRv2 (Lv et al., "RT-DETRv2: Improved
 * Baseline with Bag-of-Freebies", 2024) changes in the network.
 *
 * @param file the program's {@code sample_rows}
 * @param offsetScale how far all of a query's offsets reach together, in sides of its box
 * @param offsetScaleStored whether the checkpoint says each point's part of that; else it is the
 *     same for all points
 */
public record Sampling(String file, double offsetScale, boolean offsetScaleStored) {

  private static final String BILINEAR = "/dev/boxmill/detr/deformable/bilinear_sampling.py";
  private static final String NEAREST = "/dev/boxmill/detr/deformable/nearest_sampling.py";

  /** RT-DETR's. */
  static final Sampling FIRST_VERSION = new Sampling(BILINEAR, 0.5, false);

  /** RT-DETRv2's as its authors publish it. */
  public static final Sampling SECOND_VERSION = new Sampling(BILINEAR, 0.5, true);

  /** RT-DETRv2's without interpolation between cells. */
  static final Sampling DISCRETE = new Sampling(NEAREST, 0.5, true);

  /** What takes the place of some functions in training; of the nearest cell nothing does. */
  public Program training() {
    return file.equals(BILINEAR)
        ? DeformableTransformer.training()
        : Program.of(Sampling.class, "/dev/boxmill/detr/architecture/training.py");
  }

  /** RT-DETRv2's, and of those that sample as it does. */
  public static Sampling parse(JsonConfig config) {
    config.allows("decoder_n_levels", "the encoder makes three maps", 3);
    return new Sampling(
        file(config.text("decoder_method", "default")),
        config.number("decoder_offset_scale", 0.5),
        true);
  }

  private static String file(String method) {
    return switch (method) {
      case "default" -> BILINEAR;
      case "discrete" -> NEAREST;
      default ->
          throw new CheckpointException(
              "Unknown decoder_method '" + method + "' (known: default, discrete)");
    };
  }
}
