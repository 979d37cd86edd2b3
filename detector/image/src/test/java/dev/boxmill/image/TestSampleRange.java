package dev.boxmill.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

final class TestSampleRange {

  @Test
  void wholeNumbersHaveTheLeastUsualBitsThatHoldThem() {
    assertThat(wholes(16, 0, 7, 255)).containsExactly(0, 7, 255);
    assertThat(wholes(16, 0, 256, 1023)).containsExactly(0, 64, 255);
    assertThat(wholes(16, 0, 1024, 4095)).containsExactly(0, 64, 255);
    assertThat(wholes(16, 0, 4096, 16383)).containsExactly(0, 64, 255);
    assertThat(wholes(16, 0, 16384, 65535)).containsExactly(0, 64, 255);
    assertThat(wholes(15, 0, 16384, 32767)).containsExactly(0, 128, 255);
  }

  @Test
  void wholeNumbersOfNoUsualRangeAreStretched() {
    assertThat(wholes(16, 0, 600_000, 1_000_000)).containsExactly(0, 153, 255);
    assertThat(wholes(16, -100, 20, 100)).containsExactly(0, 153, 255);
    assertThat(wholes(16, -5, -5)).containsExactly(0, 0);
  }

  @Test
  void floatsAreSharesOrNumbersOrStretched() {
    assertThat(floats(0, 0.5, 1)).containsExactly(0, 128, 255);
    assertThat(floats(0, 127.9, 255)).containsExactly(0, 127, 255);
    assertThat(floats(0, 16384, 65535)).containsExactly(0, 64, 255);
    assertThat(floats(-1, 0, 1)).containsExactly(0, 128, 255);
    assertThat(floats(0, 0.7, 1.4)).containsExactly(0, 128, 255);
    assertThat(floats(Double.NaN, 1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0))
        .containsExactly(0, 255, 255, 0, 0);
  }

  @Test
  void twelveBitsInSixteenAreReadAlikeFromEveryFormat() throws Exception {
    int[] samples = {0, 100, 1000, 4095};
    int[] expected = {0, 6, 62, 255};

    assertThat(grays(TestingTiff.ofShorts(4, 1, samples).file())).containsExactly(expected);
    assertThat(grays(png(samples))).containsExactly(expected);
    assertThat(grays(pgm(samples))).containsExactly(expected);
  }

  @Test
  void declaredTwelveBitsCountByTheirHighestEight() throws Exception {
    byte[] packed = {0x00, 0x10, 0x64, 0x3e, (byte) 0x80, 0x00}; // 001 064 3e8 000

    assertThat(grays(new TestingTiff(4, 1, 12, packed).file())).containsExactly(0, 6, 62, 0);
  }

  @Test
  void floatsOfATiffAreRead() throws Exception {
    assertThat(grays(TestingTiff.ofFloats(3, 1, 0, 0.5f, 1).file())).containsExactly(0, 128, 255);
    assertThat(grays(TestingTiff.ofFloats(1, 3, 3, 100.5f, 255).file()))
        .containsExactly(3, 100, 255);
  }

  private static int[] wholes(int mostBits, double... samples) {
    return bytes(SampleRange.ofWholes(mostBits), samples);
  }

  private static int[] floats(double... samples) {
    return bytes(SampleRange.ofFloats(), samples);
  }

  private static int[] bytes(SampleRange range, double... samples) {
    DoubleStream.of(samples).forEach(range::add);
    return DoubleStream.of(samples).map(range.toBytes()).mapToInt(sample -> (int) sample).toArray();
  }

  private static int[] grays(byte[] file) throws UnreadableImageException {
    Picture picture = new ImageDecoder().decode(file);
    return IntStream.range(0, picture.rgb().limit() / 3)
        .map(i -> picture.rgb().get(3 * i) & 0xff)
        .toArray();
  }

  private static byte[] png(int... samples) throws IOException {
    BufferedImage image = new BufferedImage(samples.length, 1, BufferedImage.TYPE_USHORT_GRAY);
    image.getRaster().setSamples(0, 0, samples.length, 1, 0, samples);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  private static byte[] pgm(int... samples) {
    StringBuilder text = new StringBuilder("P2 " + samples.length + " 1 65535");
    IntStream.of(samples).forEach(sample -> text.append(' ').append(sample));
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
