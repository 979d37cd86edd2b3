package dev.boxmill.detr.training;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.detr.criterion.CriterionSettings.ClassLoss;
import dev.boxmill.torchscript.RowWeight;
import dev.boxmill.torchscript.Weight;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * What a tensor starts from, drawn as the authors' codes do. Those of DETR's line set every matrix
 * of the transformer after Glorot and leave heads to PyTorch; RT-DETR's line leaves more to
 * PyTorch. In both, sampling points begin in rings around the query, boxes move nowhere, and
 * classes are rare under focal loss. Of backbones, which the authors take from a classifier,
 * convolutions are drawn after He.
 */
final class InitialWeights {

  /** How often a query is of a class, before anything was learned: of focal loss's authors. */
  private static final double PRIOR = 0.01;

  private static final float PRELU_SLOPE = 0.25f;

  /** Deformable DETR's first boxes are that small: the sigmoid of -2. */
  private static final float SMALL_SIDES = -2;

  /** D-FINE's: how far its distributions reach, and how they are curved. */
  private static final float REACH = 0.5f;

  private static final float CURVE = 4;

  /** Of an attention that has queries, keys and values in one matrix. */
  private static final Pattern JOINED = Pattern.compile("(.*\\.(?:self|cross)\\.)[qkv]\\.(.*)");

  /** Matrices of RT-DETR's line that are set after Glorot. */
  private static final Pattern GLOROT =
      Pattern.compile(
          "decoder\\.\\d+\\.(fc1|fc2|cross\\.value|cross\\.output)\\.weight"
              + "|decoder\\.(position\\.\\d+|input\\.\\d+)\\.weight|query\\.output\\.weight");

  /** Biases that begin with 0. */
  private static final Pattern WITHOUT_BIAS =
      Pattern.compile(".*\\.cross\\.(value|output)\\.bias|level\\.\\d+\\.bias|references\\.bias");

  /** The last layer of heads that begin with 0. */
  private static final Pattern LAST_OF_HEAD =
      Pattern.compile("(.*\\.)?(box|first)\\.2\\.(weight|bias)|(.*\\.)quality\\.1\\.(weight|bias)");

  private final TrainingNetwork network;
  private final Map<String, List<Long>> shapes;
  private final long seed;

  /**
   * The same seed gives the same numbers, tensor by tensor.
   *
   * @param shapes of all tensors by program name
   */
  InitialWeights(TrainingNetwork network, Map<String, List<Long>> shapes, long seed) {
    this.network = network;
    this.shapes = Map.copyOf(shapes);
    this.seed = seed;
  }

  Weight draw(ExpectedTensor tensor) {
    return draw(tensor, tensor.programName());
  }

  /** The same for a tensor that is one with others: all of them get the same numbers. */
  Weight draw(ExpectedTensor tensor, String nameOfAll) {
    long count = tensor.shape().stream().reduce(1L, Math::multiplyExact);
    float[] numbers = new float[Math.toIntExact(count)];
    Random random = new Random(31 * seed + nameOfAll.hashCode());
    fill(numbers, tensor.programName(), random);
    return RowWeight.of(tensor.shape(), numbers);
  }

  private void fill(float[] numbers, String name, Random random) {
    if (isNorm(name)) {
      Arrays.fill(numbers, name.endsWith(".weight") || name.endsWith(".var") ? 1 : 0);
    } else if (name.endsWith(".bias")) {
      bias(numbers, name, random);
    } else if (name.endsWith(".weight")) {
      weight(numbers, name, random);
    } else {
      table(numbers, name, random);
    }
  }

  private static boolean isNorm(String name) {
    return name.contains("norm.") || name.contains(".bn.");
  }

  /** Of classes, focal loss's prior; of a layer, what PyTorch draws, but where authors have 0. */
  private void bias(float[] numbers, String name, Random random) {
    if (name.endsWith(".offsets.bias")) {
      rings(numbers, name.startsWith("encoder.") ? "ENCODER" : "DECODER");
    } else if (isClass(name) && !isSoftmax()) {
      Arrays.fill(numbers, (float) -Math.log((1 - PRIOR) / PRIOR));
    } else if (isLastOfHead(name)) {
      small(numbers, name);
    } else if (!beginsWithoutBias(name)) {
      uniform(numbers, 1 / Math.sqrt(inputs(weightOf(name))), random);
    }
  }

  private static boolean isClass(String name) {
    return name.endsWith(".class.bias") || name.equals("class.bias");
  }

  private boolean isSoftmax() {
    return network.criterion().classLoss() == ClassLoss.SOFTMAX;
  }

  /** RT-DETR and what followed it. */
  private boolean isRealTime() {
    return switch (network.criterion().classLoss()) {
      case SOFTMAX, FOCAL -> false;
      case VARIFOCAL, MATCHABILITY -> true;
    };
  }

  private boolean isLastOfHead(String name) {
    return !isSoftmax() && LAST_OF_HEAD.matcher(name).matches();
  }

  /** Deformable DETR's first heads predict small boxes, if no tokens were picked before. */
  private void small(float[] numbers, String name) {
    boolean first = name.equals("decoder.box.2.bias") || name.equals("decoder.0.box.2.bias");
    if (first && shapes.containsKey("references.weight")) {
      Arrays.fill(numbers, 2, numbers.length, SMALL_SIDES);
    }
  }

  private boolean beginsWithoutBias(String name) {
    return name.endsWith(".attention_weights.bias")
        || isGate(name)
        || (JOINED.matcher(name).matches() && isJoined(name))
        || name.matches(".*\\.(self|cross)\\.out\\.bias")
        || isSampledLayer(name)
        || (shapes.containsKey("levels") && WITHOUT_BIAS.matcher(name).matches())
        || (isRealTime() && WITHOUT_BIAS.matcher(name).matches());
  }

  private static boolean isGate(String name) {
    return name.matches("decoder\\.\\d+\\.gate\\.(weight|bias)");
  }

  /** Value and output of deformable attention in an encoder. */
  private static boolean isSampledLayer(String name) {
    return name.matches("encoder\\.\\d+\\.self\\.(value|output)\\.bias");
  }

  private void weight(float[] numbers, String name, Random random) {
    List<Long> shape = shapes.get(name);
    boolean zero =
        name.endsWith(".offsets.weight")
            || name.endsWith(".attention_weights.weight")
            || isLastOfHead(name)
            || isGate(name);
    if (zero) {
      return;
    }
    if (name.startsWith("backbone.")) {
      he(numbers, shape, random);
    } else if (isGlorot(name, shape)) {
      glorot(numbers, name, shape, random);
    } else {
      uniform(numbers, 1 / Math.sqrt(inputs(name)), random);
    }
  }

  private boolean isGlorot(String name, List<Long> shape) {
    if (isRealTime()) {
      return GLOROT.matcher(name).matches()
          || (JOINED.matcher(name).matches() && shape.size() == 2);
    }
    boolean head = name.startsWith("class.") || name.startsWith("box.");
    boolean headOfLayer = name.matches("(decoder|query)(\\.\\d+)?\\.(class|box)\\..*");
    boolean projection = name.startsWith("projection.");
    return !head && !headOfLayer && !projection;
  }

  /** Glorot and Bengio 2010, uniform: of queries, keys and values as the one matrix they are. */
  private void glorot(float[] numbers, String name, List<Long> shape, Random random) {
    double spread = 1;
    for (long size : shape.subList(2, shape.size())) {
      spread *= size;
    }
    double out = shape.get(0) * spread * (isJoined(name) ? 3 : 1);
    uniform(numbers, Math.sqrt(6 / (inputs(name) + out)), random);
  }

  /** Whether it is the query, key or value of an attention with one matrix for all three. */
  private boolean isJoined(String name) {
    var parts = JOINED.matcher(name);
    return parts.matches() && !shapes.containsKey(parts.group(1) + "k_position.weight");
  }

  private static void he(float[] numbers, List<Long> shape, Random random) {
    double kernel = 1;
    for (long size : shape.subList(Math.min(2, shape.size()), shape.size())) {
      kernel *= size;
    }
    normal(numbers, Math.sqrt(2 / (shape.get(0) * kernel)), random);
  }

  /** Numbers that each output of a layer is computed from. */
  private double inputs(String name) {
    List<Long> shape = shapes.get(name);
    double inputs = 1;
    for (long size : shape.subList(1, shape.size())) {
      inputs *= size;
    }
    return inputs;
  }

  private static String weightOf(String bias) {
    return bias.substring(0, bias.length() - ".bias".length()) + ".weight";
  }

  private void table(float[] numbers, String name, Random random) {
    if (name.endsWith(".slope")) {
      Arrays.fill(numbers, PRELU_SLOPE);
    } else if (name.endsWith(".offset_scale")) {
      offsetScales(numbers);
    } else if (name.startsWith("backbone.") && name.endsWith(".scale")) {
      Arrays.fill(numbers, 1);
    } else if (name.startsWith("backbone.") && name.endsWith(".shift")) {
      Arrays.fill(numbers, 0);
    } else if (name.equals("decoder.up")) {
      Arrays.fill(numbers, REACH);
    } else if (name.equals("decoder.scale")) {
      Arrays.fill(numbers, CURVE);
    } else if (name.startsWith("position.")) {
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = random.nextFloat();
      }
    } else if (name.equals("query.learned")) {
      glorot(numbers, name, shapes.get(name), random);
    } else {
      normal(numbers, 1, random);
      clearPadding(numbers, name);
    }
  }

  /** RT-DETR's last class stands for a slot that is not used. */
  private void clearPadding(float[] numbers, String name) {
    if (name.equals("label_embeddings") && isRealTime()) {
      int width = Math.toIntExact(shapes.get(name).get(1));
      Arrays.fill(numbers, numbers.length - width, numbers.length, 0);
    }
  }

  /** 1 / n for each of a level's n points. */
  private void offsetScales(float[] numbers) {
    int at = 0;
    for (int points : pointsOfLevels("DECODER", numbers.length)) {
      Arrays.fill(numbers, at, at + points, 1f / points);
      at += points;
    }
  }

  /** How many points a head samples of each level. */
  private List<Integer> pointsOfLevels(String part, int samples) {
    if (shapes.containsKey("decoder.up")) {
      List<?> points = (List<?>) network.program().constant("POINTS");
      return points.stream().map(Integer.class::cast).toList();
    }
    int points = (int) network.program().constant(part + "_POINTS");
    return Collections.nCopies(samples / points, points);
  }

  /**
   * Deformable DETR's: each head looks in a direction of its own, its points one cell farther each.
   */
  private void rings(float[] numbers, String part) {
    int heads = (int) network.program().constant(part + "_HEADS");
    List<Integer> levels = pointsOfLevels(part, numbers.length / (2 * heads));
    int at = 0;
    for (int head = 0; head < heads; head++) {
      double angle = 2 * Math.PI * head / heads;
      double longer = Math.max(Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle)));
      for (int points : levels) {
        for (int ring = 1; ring <= points; ring++) {
          numbers[at++] = (float) (ring * Math.cos(angle) / longer);
          numbers[at++] = (float) (ring * Math.sin(angle) / longer);
        }
      }
    }
  }

  private static void uniform(float[] numbers, double bound, Random random) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
  }

  private static void normal(float[] numbers, double deviation, Random random) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (deviation * random.nextGaussian());
    }
  }
}
