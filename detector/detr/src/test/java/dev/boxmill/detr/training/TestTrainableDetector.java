package dev.boxmill.detr.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.detr.DetrFamily;
import dev.boxmill.detr.criterion.StepTotals;
import dev.boxmill.detr.criterion.TargetObject;
import dev.boxmill.detr.training.AdamW.Moments;
import dev.boxmill.detr.training.AdamW.Range;
import dev.boxmill.detr.training.AdamW.Rates;
import dev.boxmill.schemas.Box;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Weight;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestTrainableDetector {
  private static final int HEIGHT = 64;
  private static final int WIDTH = 96;
  private static final List<List<TargetObject>> OBJECTS =
      List.of(
          List.of(new TargetObject(1, new Box(0.4f, 0.5f, 0.5f, 0.6f))),
          List.of(),
          List.of(
              new TargetObject(0, new Box(0.3f, 0.3f, 0.2f, 0.4f)),
              new TargetObject(2, new Box(0.7f, 0.6f, 0.4f, 0.3f))));

  private static TrainableDetector load(String variant, String file) {
    return load(variant, file, Precision.FP32);
  }

  private static TrainableDetector load(String variant, String file, Precision precision) {
    Path path = TestingGolden.directory(variant).resolve(file);
    try (DetectorFiles files =
        DetectorFiles.open(path, new DetectorOptions(choice(file), Map.of()))) {
      return TrainableDetector.load(StartingPoint.of(files, 0), Device.cpu(), precision);
    }
  }

  /** The tiny networks have four heads, which no tensor shows. */
  private static String choice(String file) {
    return switch (file) {
      case "original.pth" -> "dn-detr:heads=4";
      case "detrex.pth" -> "dino:heads=4";
      default -> "";
    };
  }

  private static TrainingBatch batch(List<Integer> images) {
    float[] pixels = new float[images.size() * 3 * HEIGHT * WIDTH];
    int at = 0;
    for (int image : images) {
      Random random = new Random(image);
      for (int i = 0; i < 3 * HEIGHT * WIDTH; i++) {
        pixels[at++] = (float) random.nextGaussian();
      }
    }
    return new TrainingBatch(
        FloatBuffer.wrap(pixels),
        HEIGHT,
        WIDTH,
        images.stream().map(OBJECTS::get).toList(),
        images.stream().map(Long::valueOf).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "detr-auxiliary-sharded, ''",
    "deformable-two-stage, ''",
    "dn-layouts, original.pth",
    "dino-4scale, detrex.pth"
  })
  void batchesOfAStepAddUpToIt(String variant, String file) {
    try (TrainableDetector detector = load(variant, file)) {
      TrainingBatch whole = batch(List.of(0, 1, 2));
      List<TrainingBatch> parts = List.of(batch(List.of(2)), batch(List.of(0, 1)));
      StepTotals totals = detector.totals(parts.get(0)).plus(detector.totals(parts.get(1)));
      assertThat(totals).isEqualTo(detector.totals(whole));

      LossGradient expected = detector.gradient(whole, totals);
      float[] sum = new float[detector.layout().count()];
      double total = 0;
      for (TrainingBatch part : parts) {
        LossGradient share = detector.gradient(part, totals);
        total += share.total();
        for (int i = 0; i < sum.length; i++) {
          sum[i] += share.values()[i];
        }
      }
      assertThat(total).isCloseTo(expected.total(), within(1e-5 * expected.total()));
      assertSameGradient(detector.layout(), sum, expected.values());
    }
  }

  private static void assertSameGradient(ParameterLayout layout, float[] found, float[] expected) {
    double all = 0;
    for (float value : expected) {
      all = Math.max(all, Math.abs(value));
    }
    for (Parameter parameter : layout.parameters()) {
      double largest = 0;
      double difference = 0;
      for (int i = parameter.first(); i < parameter.first() + parameter.count(); i++) {
        largest = Math.max(largest, Math.abs(expected[i]));
        difference = Math.max(difference, Math.abs((double) found[i] - expected[i]));
      }
      assertThat(difference).as(parameter.name()).isLessThan(5e-4 * largest + 1e-5 * all);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "detr-bottleneck, ''",
    "detr-swin, ''",
    "conditional-bottleneck, ''",
    "dab-bottleneck, ''",
    "deformable-two-stage, ''",
    "dn-layouts, original.pth"
  })
  void bfloat16ChangesTheGradientByItsRounding(String variant, String file) {
    TrainingBatch batch = batch(List.of(0, 2));
    try (TrainableDetector exact = load(variant, file, Precision.FP32);
        TrainableDetector rounded = load(variant, file, Precision.BF16)) {
      StepTotals totals = exact.totals(batch);
      LossGradient expected = exact.gradient(batch, totals);
      LossGradient found = rounded.gradient(batch, totals);
      assertThat(found.total()).isCloseTo(expected.total(), within(0.01 * expected.total()));
      assertThat(cosine(found.values(), expected.values())).isGreaterThan(0.98);
    }
  }

  private static double cosine(float[] some, float[] others) {
    double product = 0;
    double ofSome = 0;
    double ofOthers = 0;
    for (int i = 0; i < some.length; i++) {
      product += (double) some[i] * others[i];
      ofSome += (double) some[i] * some[i];
      ofOthers += (double) others[i] * others[i];
    }
    return product / Math.sqrt(ofSome * ofOthers);
  }

  @Test
  void otherSeedsGiveOtherNoise() {
    try (TrainableDetector detector = load("dn-layouts", "original.pth")) {
      TrainingBatch batch = batch(List.of(0));
      TrainingBatch other =
          new TrainingBatch(batch.pixels(), HEIGHT, WIDTH, batch.objects(), List.of(7L));
      StepTotals totals = detector.totals(batch);
      Map<String, Double> losses = detector.gradient(batch, totals).losses();
      assertThat(detector.gradient(batch, totals).losses()).isEqualTo(losses);
      Map<String, Double> others = detector.gradient(other, totals).losses();
      assertThat(others.get("loss_ce")).isEqualTo(losses.get("loss_ce"));
      assertThat(others.get("loss_bbox_dn")).isNotEqualTo(losses.get("loss_bbox_dn"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "detr-bottleneck, FP32",
    "dab-bottleneck, FP32",
    "dab-bottleneck, BF16",
    "rtdetr-bottleneck, BF16",
    "rtdetr-v2, BF16",
    "dfine-affine, BF16",
    "deimv2-lite, BF16"
  })
  void aDrawnNetworkLearnsABatch(String variant, Precision precision) {
    Path config = TestingGolden.directory(variant).resolve("config.json");
    StartingPoint start = StartingPoint.drawn(DetrFamily.parse(JsonConfig.read(config)), 3);
    assertThat(start.drawn()).isEqualTo(start.names());
    try (TrainableDetector detector = TrainableDetector.load(start, Device.cpu(), precision)) {
      TrainingBatch batch = batch(List.of(0, 2));
      StepTotals totals = detector.totals(batch);
      AdamW adamW = AdamW.start(detector.layout(), parameter -> new Rates(2e-3, 1e-4));
      float[] row = detector.read();
      double first = detector.gradient(batch, totals).total();
      for (int step = 0; step < 40; step++) {
        adamW.step(row, detector.gradient(batch, totals).values(), 1, AdamW.CLIP_NORM);
        detector.write(row);
      }
      assertThat(detector.gradient(batch, totals).total()).isLessThan(0.8 * first);
    }
  }

  @Test
  void otherClassesGetHeadsOfTheirOwn() {
    Map<Integer, String> classes = Map.of(0, "cell", 1, "platelet");
    try (DetectorFiles files = DetectorFiles.open(TestingGolden.directory("rtdetr-basic"))) {
      StartingPoint start = StartingPoint.of(files, classes, 1);
      assertThat(start.drawn())
          .isNotEmpty()
          .allMatch(name -> name.contains("class_embed") || name.contains("enc_score_head"));
      try (TrainableDetector detector = TrainableDetector.load(start, Device.cpu())) {
        Map<String, Weight> tensors = detector.tensors();
        assertThat(tensors.get("model.enc_score_head.weight").shape().get(0)).isEqualTo(2);
        assertThat(tensors.get("model.denoising_class_embed.weight").shape().get(0)).isEqualTo(3);
        assertThat(detector.gradient(batch(List.of(0)), detector.totals(batch(List.of(0)))).total())
            .isFinite();
      }
    }
  }

  @Test
  void asManyOtherClassesGetHeadsOfTheirOwnToo() {
    Path path = TestingGolden.directory("deformable-base");
    try (DetectorFiles files = DetectorFiles.open(path)) {
      Map<Integer, String> classes = new TreeMap<>(files.architecture().classNames());
      classes.replaceAll((label, name) -> "other " + name);
      StartingPoint start = StartingPoint.of(files, classes, 1);

      assertThat(start.drawn()).isNotEmpty().allMatch(name -> name.contains("class_embed"));
      assertThat(start.names()).isEqualTo(files.tensorNames());
      ParameterLayout layout = ParameterLayout.of(start);
      assertThat(layout.count())
          .as("heads that the checkpoint ties stay tied")
          .isEqualTo(ParameterLayout.of(StartingPoint.of(files, 1)).count());
      assertThat(StartingPoint.of(files, 1).drawn()).isEmpty();
    }
  }

  @Test
  void partsOfTheRowTakeTheStepOfTheWhole() {
    try (DetectorFiles files =
        DetectorFiles.open(TestingGolden.directory("detr-auxiliary-sharded"))) {
      StartingPoint start = StartingPoint.of(files, 0);
      ParameterLayout layout = ParameterLayout.of(start);
      Function<Parameter, Rates> rates =
          parameter -> new Rates(parameter.name().contains("bias") ? 1e-2 : 1e-3, 1e-1);
      float[] whole = layout.read(start.weights());
      float[] gradient = new float[layout.count()];
      Random random = new Random(4);
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = (float) random.nextGaussian();
      }
      float[] parts = whole.clone();
      double norm = AdamW.start(layout, rates).step(whole, gradient, 0.5, 0.1);
      int middle = layout.count() / 3;
      double squares = 0;
      for (Range range : List.of(new Range(0, middle), new Range(middle, layout.count()))) {
        float[] row = Arrays.copyOfRange(parts, range.first(), range.end());
        float[] ofPart = Arrays.copyOfRange(gradient, range.first(), range.end());
        Moments none = new Moments(new float[range.count()], new float[range.count()]);
        AdamW part = AdamW.ofRange(layout, range, rates, none, 0);
        squares += part.squares(ofPart);
        part.stepScaled(row, ofPart, 0.5, AdamW.clipped(norm, 0.1));
        System.arraycopy(row, 0, parts, range.first(), range.count());
      }

      assertThat(Math.sqrt(squares)).isCloseTo(norm, within(1e-9));
      assertThat(parts).isEqualTo(whole);
      List<Range> divided = Range.divided(layout, 3);
      assertThat(divided.get(0).first()).isZero();
      assertThat(divided.get(divided.size() - 1).end()).isEqualTo(layout.count());
    }
  }

  @Test
  void whatIsWrittenIsTheCheckpointAgain() {
    for (String file : List.of("", "original.pth")) {
      String variant = file.isEmpty() ? "rtdetr-basic" : "dn-layouts";
      Path path = TestingGolden.directory(variant).resolve(file);
      try (DetectorFiles files =
              DetectorFiles.open(path, new DetectorOptions(choice(file), Map.of()));
          TrainableDetector detector =
              TrainableDetector.load(frozenEncoder(StartingPoint.of(files, 0)), Device.cpu())) {
        assertThat(detector.layout().parameters())
            .noneMatch(parameter -> parameter.part() == Parameter.Part.ENCODER);
        Map<String, FloatBuffer> found = new TreeMap<>();
        detector.tensors().forEach((name, weight) -> found.put(name, weight.values()));
        Set<String> expected = new TreeSet<>(files.tensorNames());
        expected.removeIf(name -> name.endsWith("num_batches_tracked"));
        assertThat(found.keySet()).isEqualTo(expected);
        try (DetectorFiles again =
            DetectorFiles.open(path, new DetectorOptions(choice(file), Map.of()))) {
          again
              .weightsAnd(detector.start().network().more())
              .forEach((name, weight) -> assertThat(found.values()).anyMatch(part(weight)));
        }
      }
    }
  }

  private static StartingPoint frozenEncoder(StartingPoint start) {
    return start.with(
        start.network().withFrozen(Set.of("encoder.", "projection", "level", "position.")));
  }

  /** Whether one holds all of the other's numbers, in their order. */
  private static Predicate<FloatBuffer> part(Weight weight) {
    FloatBuffer values = weight.values();
    return whole -> {
      for (int first = 0;
          first + values.remaining() <= whole.remaining();
          first += values.remaining()) {
        if (whole.slice(first, values.remaining()).equals(values)) {
          return true;
        }
      }
      return false;
    };
  }

  @Test
  void aDivergedNetworkIsNamed() {
    try (TrainableDetector detector = load("detr-auxiliary-sharded", "")) {
      float[] row = detector.read();
      Arrays.fill(row, Float.NaN);
      detector.write(row);
      TrainingBatch batch = batch(List.of(0));
      assertThatThrownBy(() -> detector.gradient(batch, detector.totals(batch)))
          .hasMessageContaining("Cannot match predictions 0 of image 0 of the batch")
          .hasMessageContaining("the training has diverged: lower the learning rate");
      assertThatThrownBy(() -> detector.write(new float[3]))
          .hasMessage("Invalid parameters: 3 numbers (must be %d)".formatted(row.length));
    }
  }

  @Test
  void anUntrainableNetworkIsNamed() {
    try (DetectorFiles files = DetectorFiles.open(TestingGolden.directory("lwdetr-wide"))) {
      assertThatThrownBy(() -> StartingPoint.of(files, 0))
          .hasMessageContaining("Cannot train this network: its losses are not known");
    }
  }
}
