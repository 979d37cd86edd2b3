package dev.boxmill.refiners.refinebox;

import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.refiners.spi.FeatureMap;
import dev.boxmill.refiners.spi.FeatureMaps;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import dev.boxmill.torchscript.TorchModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Boxes and feature maps of a golden file.
 *
 * @param name of the golden file
 * @param channels of C2 and the maps after it
 * @param size of the resized pictures
 * @param sign of the maps' values
 */
record TestingCase(
    String name, List<Integer> channels, ImageSize size, int images, BatchBoxes places, Sign sign) {

  static final int STEPS = 3;
  static final List<Integer> RESNET = List.of(256, 512, 1024, 2048);
  static final List<Integer> SWIN = List.of(96, 192, 384, 768);
  static final List<Integer> THREE = List.of(8, 12, 16);
  static final List<Integer> STRIDES = List.of(4, 8, 16, 32);
  private static final float SCALE = 1.7f;

  /** Backbones' maps have no negative values; made-up ones may. */
  enum Sign {
    ANY,
    POSITIVE
  }

  static TestingCase of(String name, List<Integer> channels, Sign sign) {
    try (TestingGolden golden = TestingGolden.open(name)) {
      float[] size = golden.floats("size");
      return new TestingCase(
          name,
          channels,
          new ImageSize((int) size[1], (int) size[0]),
          2,
          new BatchBoxes(golden.floats("boxes"), golden.floats("images")),
          sign);
    }
  }

  /** Maps of all images of the case. */
  FeatureMaps features(TorchModule module) {
    return features(module, 0, images);
  }

  /** Maps of some of its images. */
  FeatureMaps features(TorchModule module, int first, int count) {
    List<FeatureMap> levels = new ArrayList<>();
    for (int level = 0; level < channels.size(); level++) {
      int stride = STRIDES.get(level);
      int height = -Math.floorDiv(-size.height(), stride);
      int width = -Math.floorDiv(-size.width(), stride);
      int perImage = channels.get(level) * height * width;
      float[] all = HashedValues.of(name + ".c" + (level + 2), images * perImage, SCALE);
      float[] values = Arrays.copyOfRange(all, first * perImage, (first + count) * perImage);
      if (sign == Sign.POSITIVE) {
        for (int i = 0; i < values.length; i++) {
          values[i] = Math.abs(values[i]);
        }
      }
      Tensor map = module.tensor(values, count, channels.get(level), height, width);
      levels.add(new FeatureMap(stride, map));
    }
    return new FeatureMaps(size, levels);
  }

  /**
   * Maps of all images in bfloat16.
   *
   * @param rounding the program of {@code bfloat16.py}
   */
  FeatureMaps rounded(TorchModule rounding) {
    List<FeatureMap> levels = new ArrayList<>();
    for (FeatureMap level : features(rounding).levels()) {
      try (Tensor exact = level.values()) {
        Tensors half = rounding.run("bfloat16", Map.of("map", exact));
        levels.add(new FeatureMap(level.stride(), half.named("map")));
      }
    }
    return new FeatureMaps(size, levels);
  }

  /** What an entry point of the program returns, everything as float32. */
  Map<String, float[]> run(TorchModule module, String entry) {
    Map<String, Tensor> inputs = new HashMap<>(PyramidInputs.of(module, features(module)).byName());
    inputs.put("boxes", module.tensor(places.boxes(), places.count(), 4));
    inputs.put("images", module.tensor(places.images(), places.count()));
    Map<String, float[]> values = new TreeMap<>();
    try (Tensors out = module.run(entry, inputs)) {
      out.forEach((key, tensor) -> values.put(key, tensor.floats()));
    }
    inputs.values().forEach(Tensor::close);
    return values;
  }
}
