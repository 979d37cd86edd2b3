package dev.boxmill.torchscript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestProgram {
  private static final int CHANNELS = 16;
  private static final Program NETWORK =
      Program.of(TestProgram.class, "two_convs.py").with(Map.of("STRIDE", 2, "ACTIVATION", "relu"));
  private static final float[] PIXELS = random(7, 2 * 3 * 9 * 12);

  @ParameterizedTest
  @ValueSource(strings = {"none", "relu", "silu", "gelu"})
  void bothConvolutionFilesAgree(String activation) {
    Program program = NETWORK.with(Map.of("ACTIVATION", activation));
    float[] fused = head(program.with(Convolutions.ONEDNN), Precision.FP32);
    float[] plain = head(program.with(Convolutions.ATEN), Precision.FP32);
    assertThat(fused).hasSize(2 * 5).containsExactly(plain, within(1e-5f));
  }

  @ParameterizedTest
  @CsvSource({"9, 12", "8, 8", "12, 9", "1, 72", "36, 2", "2, 36", "72, 1"})
  void bothFilesFindTheSameMaxima(int height, int width) {
    for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
      float[] fused = pooled(Convolutions.ONEDNN, precision, height, width);
      float[] plain = pooled(Convolutions.ATEN, precision, height, width);
      assertThat(fused).hasSize(2 * 3 * ((height + 1) / 2) * ((width + 1) / 2)).isEqualTo(plain);
      assertThat(fused).contains(0f).doesNotContain(Float.NEGATIVE_INFINITY);
    }
  }

  @Test
  void anotherProgramsFunctionsTakeThePlaceOfThoseOfTheSameNames() {
    Program program =
        Program.of(TestProgram.class, "tabled.py")
            .replacedBy(Program.of(TestProgram.class, "tabled_replaced.py"));
    try (TorchModule module = program.loadWithoutWeights(Device.cpu(), Precision.FP32);
        Tensor x = module.tensor(new float[] {1, 2}, 2);
        Tensors out = module.run("forward", Map.of("x", x))) {
      assertThat(out.named("y").floats()).containsExactly(3);
    }
  }

  @Test
  void aTableIsMadeOnceForEachShapeAndKept() {
    Program program = Program.of(TestProgram.class, "tabled.py");
    try (TorchModule module = program.load(Device.cpu(), Precision.FP32, Map.of());
        Tensor x = module.tensor(new float[] {0, 0, 0, 0, 0, 10}, 6)) {
      for (Map.Entry<String, Float> pass :
          List.of(Map.entry("six", 1f), Map.entry("six", 0f), Map.entry("other", 1f))) {
        try (Tensors out = module.run("forward", pass.getKey(), Map.of("x", x))) {
          assertThat(out.keySet()).containsExactlyInAnyOrder("made", "y");
          assertThat(out.named("made").floats()).containsExactly(pass.getValue());
          assertThat(out.named("y").floats()).containsExactly(1, 1, 2, 2, 5, 15);
        }
      }
      assertThat(module.run("forward", Map.of("x", x)).named("made").floats()).containsExactly(1);
    }
  }

  private static float[] pooled(
      Convolutions convolutions, Precision precision, int height, int width) {
    float[] values = new float[2 * 3 * height * width];
    for (int i = 0; i < values.length; i++) {
      // seven of eight are negative, so that some windows hold nothing else
      values[i] = i * 7919 % 8 == 0 ? (float) Math.sin(i) : -1;
    }
    try (TorchModule module =
            Program.of(TestProgram.class, "pooled.py")
                .with(convolutions)
                .load(Device.cpu(), precision, Map.of());
        Tensor pixels = module.tensor(values, 2, 3, height, width);
        Tensors out = module.run("forward", Map.of("pixels", pixels))) {
      return out.named("pooled").floats();
    }
  }

  @Test
  void activationChangesTheResult() {
    assertThat(head(NETWORK, Precision.FP32))
        .isNotEqualTo(head(NETWORK.with(Map.of("ACTIVATION", "silu")), Precision.FP32));
  }

  @Test
  void bfloat16StaysCloseAndItsFeatureMapsReadAsFloats() {
    float[] exact = head(NETWORK, Precision.FP32);
    assertThat(head(NETWORK, Precision.BF16)).containsExactly(exact, within(0.02f));
    try (TorchModule module = NETWORK.load(Device.cpu(), Precision.BF16, weights());
        Tensor pixels = module.tensor(PIXELS, 2, 3, 9, 12);
        Tensors out = module.run("forward", Map.of("pixels", pixels))) {
      assertThat(out.named("features").shape()).containsExactly(2L, 16L, 5L, 6L);
      assertThat(out.named("features").floats()).hasSize(2 * 16 * 5 * 6);
    }
  }

  @Test
  void float16RunsOnTheCpu() {
    assertThat(head(NETWORK, Precision.FP16))
        .containsExactly(head(NETWORK, Precision.FP32), within(0.01f));
  }

  @Test
  void batchOfTwoEqualsTwoSingles() {
    try (TorchModule module = NETWORK.load(Device.cpu(), Precision.FP32, weights());
        Tensor both = module.tensor(PIXELS, 2, 3, 9, 12);
        Tensor second =
            module.tensor(
                FloatBuffer.wrap(PIXELS, PIXELS.length / 2, PIXELS.length / 2), 1, 3, 9, 12);
        Tensors batch = module.run("forward", Map.of("pixels", both));
        Tensors single = module.run("forward", Map.of("pixels", second))) {
      float[] expected = batch.named("head").floats();
      float[] alone = single.named("head").floats();
      for (int i = 0; i < alone.length; i++) {
        assertThat(alone[i]).isCloseTo(expected[alone.length + i], within(1e-5f));
      }
    }
  }

  @Test
  void bytesAreReadAsNumbers() {
    ByteBuffer pixels = ByteBuffer.allocateDirect(4).put(new byte[] {0, 1, (byte) 200, (byte) 255});
    try (TorchModule module = NETWORK.load(Device.cpu(), Precision.FP32, weights());
        Tensor tensor = module.hostBytes(pixels.flip(), 2, 2)) {
      assertThat(tensor.floats()).containsExactly(0, 1, 200, 255);
    }
  }

  @Test
  void heapBytesAreRefused() {
    try (TorchModule module = NETWORK.load(Device.cpu(), Precision.FP32, weights())) {
      assertThatThrownBy(() -> module.hostBytes(ByteBuffer.allocate(4), 2, 2))
          .hasMessage("Invalid pixel buffer: on the heap (must be direct)");
    }
  }

  @Test
  void failuresInsideAProgramNameItAndLeaveItUsable() {
    try (TorchModule module = NETWORK.load(Device.cpu(), Precision.FP32, weights());
        Tensor pixels = module.tensor(PIXELS, 2, 3, 9, 12)) {
      assertThatThrownBy(() -> module.run("fail", Map.of("pixels", pixels)))
          .isInstanceOf(TorchScriptException.class)
          .hasMessageContaining("Cannot run fail of two_convs.py");
      assertThatThrownBy(() -> module.run("forward", Map.of()))
          .isInstanceOf(TorchScriptException.class)
          .hasMessageContaining("pixels");
      module.run("forward", Map.of("pixels", pixels)).close();
    }
  }

  @Test
  void theHashOfTheWeightsTellsWhetherOneChanged() {
    Map<String, Weight> others = new HashMap<>(weights());
    others.put("mix.bias", weight(random(5, CHANNELS), CHANNELS));
    Convolutions fastest = Convolutions.on(Device.cpu(), Precision.BF16);
    for (Convolutions kernels : EnumSet.of(fastest, Convolutions.ATEN)) {
      Program program = NETWORK.with(kernels);
      try (TorchModule module = program.load(Device.cpu(), Precision.BF16, weights());
          TorchModule same = program.load(Device.cpu(), Precision.BF16, weights());
          TorchModule other = program.load(Device.cpu(), Precision.BF16, others)) {
        String before = module.weightsSha256();
        head(module);
        assertThat(module.weightsSha256()).isEqualTo(before).hasSize(64);
        assertThat(same.weightsSha256()).isEqualTo(before);
        assertThat(other.weightsSha256()).isNotEqualTo(before);
      }
    }
  }

  @Test
  void missingWeightsAreNamed() {
    Map<String, Weight> incomplete = new HashMap<>(weights());
    incomplete.remove("mix.bias");
    assertThatThrownBy(() -> NETWORK.load(Device.cpu(), Precision.FP32, incomplete))
        .isInstanceOf(TorchScriptException.class)
        .hasMessageContaining("mix.bias");
  }

  @Test
  void missingConstantsAreListed() {
    assertThatThrownBy(
            () ->
                Program.of(TestProgram.class, "two_convs.py").archive(Device.cpu(), Precision.FP32))
        .hasMessage("Missing constants of program: [ACTIVATION, STRIDE]");
  }

  @Test
  void textThatIsNoProgramIsRefused() {
    assertThatThrownBy(
            () ->
                Program.of(TestProgram.class, "broken.py")
                    .load(Device.cpu(), Precision.FP32, Map.of()))
        .isInstanceOf(TorchScriptException.class)
        .hasMessageContaining("Cannot load program broken.py");
    assertThatThrownBy(() -> Program.of(TestProgram.class, "absent.py"))
        .hasMessageContaining("Cannot read program file absent.py");
  }

  @Test
  void aClosedModuleFailsCleanly() {
    TorchModule module = NETWORK.load(Device.cpu(), Precision.FP32, weights());
    Tensor pixels = module.tensor(PIXELS, 2, 3, 9, 12);
    module.close();
    module.close();
    assertThatThrownBy(() -> module.run("forward", Map.of("pixels", pixels)))
        .hasMessage("Cannot run forward of two_convs.py: it is closed");
    pixels.close();
  }

  @Test
  void threadsShareOneModule() throws Exception {
    float[] expected = head(NETWORK, Precision.FP32);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (TorchModule module = NETWORK.load(Device.cpu(), Precision.FP32, weights())) {
      Callable<float[]> work = () -> head(module);
      for (var result : threads.invokeAll(java.util.Collections.nCopies(40, work))) {
        assertThat(result.get()).containsExactly(expected, within(1e-5f));
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void closedModulesGiveTheirNativeMemoryBack() throws IOException {
    Map<String, Weight> large = new HashMap<>(weights());
    // 40 MB: glibc gives blocks above 32 MiB straight back to the system, and may keep smaller ones
    float[] values = new float[10_000_000];
    large.put("head.weight", weight(values, 5, 2_000_000));
    for (int i = 0; i < 3; i++) {
      NETWORK.load(Device.cpu(), Precision.FP32, large).close();
    }
    long before = residentBytes();
    for (int i = 0; i < 20; i++) {
      NETWORK.load(Device.cpu(), Precision.FP32, large).close();
    }
    long limit = 5L * 4 * values.length;
    // the buffers that weights pass through go when the collector finds them, soon after it ran
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (residentBytes() - before >= limit && System.nanoTime() < deadline) {
      System.gc();
    }
    assertThat(residentBytes() - before).isLessThan(limit);
  }

  @Test
  void archiveIsAPlainZipWithoutWeights() throws IOException {
    byte[] archive = NETWORK.archive(Device.cpu(), Precision.BF16);
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
      assertThat(zip.getNextEntry().getName()).isEqualTo("network/data.pkl");
      assertThat(zip.getNextEntry().getName()).isEqualTo("network/code/__torch__.py");
      assertThat(new String(zip.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
          .contains("__torch__.prepack(w[\"stem.weight\"], 2, 1, 1)")
          .contains("torch.to(weight, 15)")
          .doesNotContain("#");
    }
  }

  private static float[] head(Program program, Precision precision) {
    try (TorchModule module = program.load(Device.cpu(), precision, weights())) {
      return head(module);
    }
  }

  private static float[] head(TorchModule module) {
    try (Tensor pixels = module.tensor(PIXELS, 2, 3, 9, 12);
        Tensors out = module.run("forward", Map.of("pixels", pixels))) {
      return out.named("head").floats();
    }
  }

  private static Map<String, Weight> weights() {
    return Map.of(
        "stem.weight", weight(random(1, CHANNELS * 3 * 9), CHANNELS, 3, 3, 3),
        "stem.bias", weight(random(2, CHANNELS), CHANNELS),
        "mix.weight", weight(random(3, CHANNELS * CHANNELS), CHANNELS, CHANNELS, 1, 1),
        "mix.bias", weight(random(4, CHANNELS), CHANNELS),
        "same.weight", weight(random(8, CHANNELS * CHANNELS * 9), CHANNELS, CHANNELS, 3, 3),
        "same.bias", weight(random(9, CHANNELS), CHANNELS),
        "head.weight", weight(random(5, 5 * CHANNELS), 5, CHANNELS),
        "head.bias", weight(random(6, 5), 5));
  }

  private static Weight weight(float[] values, long... shape) {
    List<Long> sizes = java.util.Arrays.stream(shape).boxed().toList();
    return new Weight() {
      @Override
      public List<Long> shape() {
        return sizes;
      }

      @Override
      public FloatBuffer values() {
        return FloatBuffer.wrap(values);
      }
    };
  }

  private static float[] random(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-0.3, 0.3);
    }
    return values;
  }

  /** Resident set size of this process (Linux: second field of statm, in pages of 4 KiB). */
  private static long residentBytes() throws IOException {
    return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4096;
  }
}
