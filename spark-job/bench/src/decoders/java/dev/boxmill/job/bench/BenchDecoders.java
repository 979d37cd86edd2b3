package dev.boxmill.job.bench;

import dev.boxmill.image.ImageDecoder;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;

/**
 * Times the candidates for decoding on a folder of images, and compares their pixels with Pillow's
 * where NAME.ppm lies beside NAME. Milliseconds are processor time of one thread, the best of five
 * rounds.
 *
 * <pre>
 * python detector/image/src/test/python/make_photographs.py /tmp/photographs
 * ./mvnw -q -Pdecoders -pl spark-job/bench -am test -Dtest=BenchDecoders \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dpictures=/tmp/photographs
 * </pre>
 */
final class BenchDecoders {
  private static final int ROUNDS = 5;
  private static final long ROUND_NANOS = 150_000_000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private interface Decoder {
    /** RGB bytes, or null for a file that it doesn't read. */
    ByteBuffer decode(byte[] file) throws Exception;
  }

  @Test
  void decoders() throws Exception {
    ImageIO.setUseCache(false);
    ImageDecoder ours = new ImageDecoder();
    Map<String, Decoder> decoders = new LinkedHashMap<>();
    decoders.put("boxmill", file -> ours.decode(file).rgb());
    decoders.put("OpenCV 4.13", BenchDecoders::openCv);
    decoders.put("ImageIO + TwelveMonkeys", BenchDecoders::imageIo);

    for (Path picture : pictures(Path.of(System.getProperty("pictures")))) {
      byte[] file = Files.readAllBytes(picture);
      StringBuilder row = new StringBuilder("%-24s".formatted(picture.getFileName()));
      decoders.forEach((name, decoder) -> row.append(" | ").append(cell(name, decoder, file, picture)));
      System.out.println(row);
    }
  }

  private static List<Path> pictures(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> !file.toString().endsWith(".ppm")).sorted().toList();
    }
  }

  private static String cell(String name, Decoder decoder, byte[] file, Path picture) {
    try {
      ByteBuffer rgb = decoder.decode(file);
      String result = rgb == null ? "unreadable" : millis(decoder, file) + difference(rgb, picture);
      return "%s: %-22s".formatted(name, result);
    } catch (Exception e) {
      return name + ": " + e;
    }
  }

  private static String millis(Decoder decoder, byte[] file) throws Exception {
    long best = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long start = THREADS.getCurrentThreadCpuTime();
      int decoded = 0;
      while (THREADS.getCurrentThreadCpuTime() - start < ROUND_NANOS) {
        decoder.decode(file);
        decoded++;
      }
      best = Math.min(best, (THREADS.getCurrentThreadCpuTime() - start) / decoded);
    }
    return "%.2f ms".formatted(best / 1e6);
  }

  private static String difference(ByteBuffer rgb, Path picture) throws IOException {
    Path pixels = Path.of(picture + ".ppm");
    if (!Files.exists(pixels)) {
      return "";
    }
    byte[] expected = Files.readAllBytes(pixels);
    int header = expected.length - rgb.limit();
    if (header < 0 || header > 20) {
      return ", other size";
    }
    int most = 0;
    for (int i = 0; i < rgb.limit(); i++) {
      most = Math.max(most, Math.abs((rgb.get(i) & 0xff) - (expected[header + i] & 0xff)));
    }
    return most == 0 ? ", equal" : ", differs by " + most;
  }

  private static ByteBuffer openCv(byte[] file) {
    try (BytePointer bytes = new BytePointer(file);
        Mat encoded = new Mat(1, file.length, 0, bytes);
        Mat decoded = opencv_imgcodecs.imdecode(encoded, opencv_imgcodecs.IMREAD_COLOR_RGB)) {
      if (decoded.empty()) {
        return null;
      }
      int size = Math.toIntExact(decoded.total() * 3);
      return ByteBuffer.allocateDirect(size)
          .put(decoded.data().capacity(size).asByteBuffer())
          .flip();
    }
  }

  private static ByteBuffer imageIo(byte[] file) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
    if (image == null) {
      return null;
    }
    ByteBuffer rgb = ByteBuffer.allocateDirect(3 * image.getWidth() * image.getHeight());
    if (image.getType() == BufferedImage.TYPE_3BYTE_BGR) {
      byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
      for (int i = 0; i < bgr.length; i += 3) {
        rgb.put(bgr[i + 2]).put(bgr[i + 1]).put(bgr[i]);
      }
      return rgb.flip();
    }
    int width = image.getWidth();
    for (int pixel : image.getRGB(0, 0, width, image.getHeight(), null, 0, width)) {
      rgb.put((byte) (pixel >> 16)).put((byte) (pixel >> 8)).put((byte) pixel);
    }
    return rgb.flip();
  }
}
