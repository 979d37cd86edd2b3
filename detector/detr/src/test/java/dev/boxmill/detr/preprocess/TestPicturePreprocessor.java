package dev.boxmill.detr.preprocess;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.image.Picture;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Program;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import dev.boxmill.torchscript.TorchModule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Resized pixels against Pillow's, the network's input against transformers'. PyTorch's filter on
 * bytes has weights of 16 bits and less where Pillow's have 22, so a sample in some hundred comes
 * out one off. Bicubic overshoots, which the two clip at different points. resized.csv: filter,
 * width, height, most that a sample may differ.
 */
final class TestPicturePreprocessor {
  private static final List<Double> MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> STD = List.of(0.229, 0.224, 0.225);

  /**
   * PyTorch's filter has weights of 16 bits and less where Pillow's have 22, so a sample in some
   * hundred comes out one off. Bicubic overshoots, which the two clip at different points.
   */
  @ParameterizedTest
  @CsvFileSource(resources = "resized.csv")
  void resizedPixelsAreNearPillows(Resampling filter, int width, int height, int most) {
    ImageSize size = new ImageSize(width, height);
    Preprocessing preprocessing = exactly(size, filter);
    try (TorchModule module = load(preprocessing.program());
        ResizedPicture resized =
            new PicturePreprocessor(preprocessing, module).resize(TestingPixels.ppm("rgb.ppm"))) {

      assertThat(resized.original()).isEqualTo(new ImageSize(45, 34));
      assertThat(resized.size()).isEqualTo(size);
      assertThat(resized.image().shape()).containsExactly(3L, (long) height, (long) width);
      assertClose(resized.image().floats(), resized(filter, size), most);
    }
  }

  /** The way of CUDA devices, whose filter knows floats only. */
  @ParameterizedTest
  @CsvFileSource(resources = "resized.csv")
  void pixelsResizedAsFloatsAreNearPillowsToo(Resampling filter, int width, int height) {
    ImageSize size = new ImageSize(width, height);
    Program program = exactly(size, filter).program().and(steps());
    try (TorchModule module = load(program);
        Tensor pixels = module.hostBytes(TestingPixels.ppm("rgb.ppm").rgb(), 34, 45, 3);
        Tensor target = module.tensor(new float[] {height, width}, 2);
        Tensors outputs = module.run("resize_as_floats", Map.of("image", pixels, "size", target))) {
      assertClose(outputs.named("image").floats(), resized(filter, size), 1);
    }
  }

  /** A GPU's own file can't be loaded here; it must at least fit where the CPU's does. */
  @Test
  void cudaProgramHasTheSameFunctions() {
    Preprocessing preprocessing = exactly(new ImageSize(32, 24), Resampling.BILINEAR);
    assertThat(functions(preprocessing, Device.cuda(0)))
        .contains("def resize_there(image: Tensor, there: Device, height: int, width: int)")
        .isEqualTo(functions(preprocessing, Device.cpu()));
  }

  private static List<String> functions(Preprocessing preprocessing, Device device) {
    byte[] archive =
        preprocessing.program().with(Convolutions.ATEN).archive(device, Precision.FP32);
    return Pattern.compile("def [^>]+(?= ->)")
        .matcher(new String(archive, ISO_8859_1))
        .results()
        .map(MatchResult::group)
        .toList();
  }

  private static Preprocessing exactly(ImageSize size, Resampling filter) {
    return new Preprocessing(new ResizeRule.Exact(size), filter, 1 / 255.0, MEAN, STD);
  }

  private static Program steps() {
    return Program.of(TestPicturePreprocessor.class, "steps.py");
  }

  private static Picture resized(Resampling filter, ImageSize size) {
    return TestingPixels.ppm(
        "resized/%s_%s.ppm".formatted(filter.name().toLowerCase(Locale.ROOT), size));
  }

  private static void assertClose(float[] planes, Picture expected, int most) {
    int pixels = expected.size().width() * expected.size().height();
    int differing = 0;
    for (int i = 0; i < planes.length; i++) {
      int sample = expected.rgb().get(3 * (i % pixels) + i / pixels) & 0xff;
      int difference = Math.abs((int) planes[i] - sample);
      assertThat(difference).describedAs("sample %d: %s", i, planes[i]).isLessThanOrEqualTo(most);
      differing += difference > 0 ? 1 : 0;
    }
    assertThat((double) differing / planes.length).isLessThanOrEqualTo(0.02);
  }

  @Test
  void networkInputOfDetrEqualsTransformers() {
    Preprocessing preprocessing =
        new Preprocessing(
            new ResizeRule.ShortestEdge(24, 40), Resampling.BILINEAR, 1 / 255.0, MEAN, STD);
    assertThat(preprocessing.resized(new ImageSize(45, 34)))
        .isEqualTo(TestingPixels.ppm("detr_input.ppm").size());
    assertInput(preprocessing, "detr");
  }

  @Test
  void networkInputOfRtDetrEqualsTransformers() {
    assertInput(
        new Preprocessing(
            new ResizeRule.Exact(new ImageSize(32, 32)),
            Resampling.BILINEAR,
            1 / 255.0,
            List.of(0.0, 0.0, 0.0),
            List.of(1.0, 1.0, 1.0)),
        "rtdetr");
  }

  /** make_preprocessing_rf_detr.py made the references. */
  @ParameterizedTest
  @CsvSource({"SAMPLED_BILINEAR, bilinear", "SAMPLED_BICUBIC, bicubic"})
  void networkInputOfRfDetrEqualsTransformers(Resampling filter, String name) {
    Preprocessing preprocessing = exactly(new ImageSize(17, 21), filter);
    try (TorchModule module = load(preprocessing.program());
        ResizedPicture resized =
            new PicturePreprocessor(preprocessing, module).resize(TestingPixels.ppm("rgb.ppm"))) {
      float[] found = resized.image().floats();
      int plane = found.length / 3;
      ByteBuffer expected = ByteBuffer.wrap(TestingPixels.resource("rfdetr_" + name + ".f32"));
      expected.order(ByteOrder.LITTLE_ENDIAN);
      assertThat(expected.limit()).isEqualTo(found.length * Float.BYTES);
      for (int i = 0; i < found.length; i++) {
        double value = (found[i] / 255 - MEAN.get(i / plane)) / STD.get(i / plane);
        assertThat(value)
            .as("sample %d", i)
            .isCloseTo(expected.getFloat(i * Float.BYTES), within(1e-5));
      }
    }
  }

  private void assertInput(Preprocessing preprocessing, String name) {
    Picture picture = TestingPixels.ppm(name + "_input.ppm");
    long height = picture.size().height();
    long width = picture.size().width();
    Program program =
        preprocessing.program().and(Program.of(TestPicturePreprocessor.class, "steps.py"));
    try (TorchModule module = load(program);
        Tensor pixels = module.hostBytes(picture.rgb(), height, width, 3);
        Tensors outputs = module.run("network_input", Map.of("image", pixels))) {
      assertThat(outputs.named("values").shape()).containsExactly(1L, 3L, height, width);
      float[] found = outputs.named("values").floats();
      ByteBuffer expected = ByteBuffer.wrap(TestingPixels.resource(name + "_input.f32"));
      expected.order(ByteOrder.LITTLE_ENDIAN);
      assertThat(found).hasSize(expected.limit() / Float.BYTES);
      for (int i = 0; i < found.length; i++) {
        assertThat(found[i]).isCloseTo(expected.getFloat(Float.BYTES * i), within(1e-6f));
      }
    }
  }

  private static TorchModule load(Program program) {
    return program.load(Device.cpu(), Precision.FP32, Map.of());
  }
}
