package dev.boxmill.refiners.refinebox;

import dev.boxmill.refiners.spi.FeatureMap;
import dev.boxmill.refiners.spi.FeatureMaps;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.TorchModule;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A batch's feature maps as the program takes them: {@code c2} and so on, their {@code strides} and
 * the pictures' {@code size}. Closing it leaves the maps open.
 */
public final class PyramidInputs implements AutoCloseable {
  private final Map<String, Tensor> maps;
  private final Tensor size;
  private final Tensor strides;

  private PyramidInputs(Map<String, Tensor> maps, Tensor size, Tensor strides) {
    this.maps = maps;
    this.size = size;
    this.strides = strides;
  }

  /**
   * Inputs for a module.
   *
   * @param features on the module's device
   */
  public static PyramidInputs of(TorchModule module, FeatureMaps features) {
    List<FeatureMap> levels = features.levels();
    float[] size = {features.input().height(), features.input().width()};
    float[] strides = new float[levels.size()];
    Map<String, Tensor> maps = new LinkedHashMap<>();
    for (int level = 0; level < levels.size(); level++) {
      maps.put("c" + (level + 2), levels.get(level).values());
      strides[level] = levels.get(level).stride();
    }
    return new PyramidInputs(maps, module.tensor(size, 2), module.tensor(strides, strides.length));
  }

  /** Of the maps, by level. */
  List<List<Long>> shapes() {
    return maps.values().stream().map(Tensor::shape).toList();
  }

  /** All of them. */
  public Map<String, Tensor> byName() {
    Map<String, Tensor> inputs = new HashMap<>(maps);
    inputs.put("size", size);
    inputs.put("strides", strides);
    return inputs;
  }

  @Override
  public void close() {
    size.close();
    strides.close();
  }
}
