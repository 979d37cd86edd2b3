package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.torchscript.Program;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * An HGNetV2 as the backbone of a detector: {@code hgnet_v2.py} with its constants and tensors. The
 * stages have strides 4, 8, 16 and, where there is a fourth, 32.
 *
 * @param stemWidth channels inside the stem
 * @param stemOut channels behind it
 * @param stages three or four
 * @param affine whether a learned scale and shift follow each activation
 */
public record HgNetV2(int stemWidth, int stemOut, List<Stage> stages, boolean affine)
    implements Backbone {

  private static final List<Integer> STRIDES = List.of(4, 8, 16, 32);
  private static final List<String> STEM = List.of("stem1", "stem2a", "stem2b", "stem3", "stem4");

  /**
   * One stage.
   *
   * @param width channels of its layers
   * @param out channels of its map
   * @param blocks in a row
   * @param layers of each block
   * @param kernel side of the layers' kernels
   * @param light whether a layer is a 1x1 convolution and one by channel
   */
  public record Stage(int width, int out, int blocks, int layers, int kernel, boolean light) {}

  public HgNetV2 {
    stages = List.copyOf(stages);
    if (stages.size() < 3 || stages.size() > STRIDES.size()) {
      throw new IllegalArgumentException(
          "Invalid HGNetV2 stages: " + stages.size() + " (must be 3 or 4)");
    }
    if (stemWidth < 2 || stemOut < 1 || !stages.stream().allMatch(HgNetV2::isPossible)) {
      throw new IllegalArgumentException(
          "Invalid HGNetV2 sizes: stem %d and %d, %s (must be over 0, kernels odd)"
              .formatted(stemWidth, stemOut, stages));
    }
  }

  private static boolean isPossible(Stage stage) {
    return stage.width() > 0
        && stage.out() > 1
        && stage.blocks() > 0
        && stage.layers() > 0
        && stage.kernel() % 2 == 1;
  }

  /**
   * How D-FINE's authors call its tensors, behind {@code backbone.}
   *
   * @param prefix what stands before their names here
   */
  public static KeyMapping originalNames(String prefix) {
    StringBuilder lines = new StringBuilder();
    List<String> places = new ArrayList<>(List.of("encoder.stages.*.downsample."));
    STEM.forEach(stem -> places.add("embedder." + stem + "."));
    for (String part :
        List.of("layers.*.", "layers.*.conv1.", "layers.*.conv2.", "aggregation.*.")) {
      places.add("encoder.stages.*.blocks.*." + part);
    }
    for (String place : places) {
      String there =
          "backbone." + place.replaceFirst("^embedder", "stem").replaceFirst("^encoder\\.", "");
      lines.append(prefix).append(place).append("convolution.  ").append(there).append("conv.\n");
      lines.append(prefix).append(place).append("normalization.  ").append(there).append("bn.\n");
      lines.append(prefix).append(place).append("lab.  ").append(there).append("lab.\n");
    }
    return KeyMapping.parse(lines.toString());
  }

  @Override
  public Program program() {
    return ConvNorm.folding()
        .and(Program.of(HgNetV2.class, "hgnet_v2.py"))
        .with(
            Map.of(
                "BLOCKS", stages.stream().map(Stage::blocks).toList(),
                "LAYERS", stages.stream().map(Stage::layers).toList(),
                "KERNELS", stages.stream().map(Stage::kernel).toList(),
                "LIGHT", stages.stream().map(Stage::light).toList(),
                "AFFINE", affine));
  }

  @Override
  public List<Integer> widths() {
    return stages.stream().map(Stage::out).toList();
  }

  @Override
  public List<Integer> featureStrides() {
    return STRIDES.subList(0, stages.size());
  }

  @Override
  public List<ExpectedTensor> tensors(List<String> prefixes) {
    List<ExpectedTensor> all = new ArrayList<>();
    layers().forEach(layer -> all.addAll(layer.tensors()));
    return all.stream().map(tensor -> tensor.withPrefixes(prefixes)).toList();
  }

  @Override
  public Set<String> ignoredTensors(List<String> prefixes) {
    return new HashSet<>(ConvNorm.counters(layers().stream().map(Layer::conv).toList(), prefixes));
  }

  /** A convolution, and whether the learned scale and shift follow it. */
  private record Layer(String name, ConvNorm conv, boolean affine) {

    List<ExpectedTensor> tensors() {
      List<ExpectedTensor> all = new ArrayList<>(conv.tensors());
      if (affine) {
        all.add(ExpectedTensor.of(name + ".lab.scale", conv.program() + ".scale", 1));
        all.add(ExpectedTensor.of(name + ".lab.bias", conv.program() + ".shift", 1));
      }
      return all;
    }
  }

  private List<Layer> layers() {
    List<Layer> all = new ArrayList<>(stem());
    for (int i = 0; i < stages.size(); i++) {
      all.addAll(stage(i));
    }
    return all;
  }

  private List<Layer> stem() {
    List<Integer> outs = List.of(stemWidth, stemWidth / 2, stemWidth, stemWidth, stemOut);
    List<Integer> ins = List.of(3, stemWidth, stemWidth / 2, 2 * stemWidth, stemWidth);
    List<Integer> kernels = List.of(3, 2, 2, 3, 1);
    return IntStream.range(0, STEM.size())
        .mapToObj(
            i ->
                activated(
                    "embedder." + STEM.get(i),
                    "backbone.stem." + i,
                    outs.get(i),
                    ins.get(i),
                    kernels.get(i)))
        .toList();
  }

  private List<Layer> stage(int index) {
    Stage stage = stages.get(index);
    String name = "encoder.stages." + index;
    String program = "backbone." + index;
    int in = index == 0 ? stemOut : stages.get(index - 1).out();
    List<Layer> all = new ArrayList<>();
    if (index > 0) {
      all.add(plain(name + ".downsample", program + ".reduce", in, 1, 3));
    }
    for (int i = 0; i < stage.blocks(); i++) {
      int into = i == 0 ? in : stage.out();
      all.addAll(block(stage, into, name + ".blocks." + i, program + "." + i));
    }
    return all;
  }

  private List<Layer> block(Stage stage, int in, String name, String program) {
    List<Layer> all = new ArrayList<>();
    int width = stage.width();
    for (int i = 0; i < stage.layers(); i++) {
      int into = i == 0 ? in : width;
      String layer = name + ".layers." + i;
      String ours = program + "." + i;
      if (stage.light()) {
        all.add(plain(layer + ".conv1", ours + ".point", width, into, 1));
        all.add(activated(layer + ".conv2", ours, width, 1, stage.kernel()));
      } else {
        all.add(activated(layer, ours, width, into, stage.kernel()));
      }
    }
    int gathered = in + stage.layers() * width;
    String last = name + ".aggregation.";
    all.add(activated(last + 0, program + ".squeeze", stage.out() / 2, gathered, 1));
    all.add(activated(last + 1, program + ".gather", stage.out(), stage.out() / 2, 1));
    return all;
  }

  private Layer activated(String name, String program, int out, int in, int kernel) {
    return new Layer(name, conv(name, program, out, in, kernel), affine);
  }

  private static Layer plain(String name, String program, int out, int in, int kernel) {
    return new Layer(name, conv(name, program, out, in, kernel), false);
  }

  private static ConvNorm conv(String name, String program, int out, int in, int kernel) {
    return new ConvNorm(name + ".convolution", name + ".normalization", program, out, in, kernel);
  }
}
