package dev.boxmill.job.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.boxmill.image.Jpeg;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.job.session.ExecutorSlot;
import dev.boxmill.job.session.ImageLabeler;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.session.StageTimes;
import dev.boxmill.schemas.LabelRow;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** Whether memory grows with the number of images: the same small pictures, again and again. */
public final class SoakBenchmark {
  /** Fewer images show no slope. */
  public static final int FEWEST = 40;

  private static final int SAMPLES = 20;
  private static final int PICTURES = 16;
  private static final int SHORTEST = 64;
  private static final double MIB = 1 << 20;

  private record Sample(int images, long resident, long heap) {
    /** Bytes of the process that are not Java's heap. */
    double outsideHeap() {
      return resident - heap;
    }
  }

  private SoakBenchmark() {}

  /**
   * Labels that many images on this machine's processor and prints the memory on the way.
   *
   * @param detector a Hugging Face directory, or {@link LabelSettings#EMBEDDED}
   * @param images {@link #FEWEST} or more
   * @return bytes per image that memory outside of Java's heap grows by, over the last half
   */
  public static double run(String detector, int images, PrintWriter out) throws IOException {
    if (images < FEWEST) {
      throw new BadInputException(
          "Invalid --images: " + images + " (must be at least " + FEWEST + ")");
    }
    out.println("  images   resident MiB   Java heap MiB   outside MiB");
    List<Sample> samples = new ArrayList<>();
    try (ImageLabeler labeler = labeler(detector)) {
      Iterator<LabelRow> rows = labeler.label(inputs(images));
      for (int done = 1; rows.hasNext(); done++) {
        requireLabeled(rows.next());
        if (done % (images / SAMPLES) == 0) {
          samples.add(sample(done));
          out.println(row(samples.get(samples.size() - 1)));
          out.flush();
        }
      }
    }
    List<Sample> last = samples.subList(samples.size() / 2, samples.size());
    double slope = slope(last);
    out.printf("Slope over the last half: %.0f bytes per image%n", slope);
    out.flush();
    return slope;
  }

  private static ImageLabeler labeler(String detector) {
    Configuration hadoop = new Configuration();
    LabelSettings settings = LabelSettings.DEFAULTS.withDetector(detector);
    int cores = Runtime.getRuntime().availableProcessors();
    return new DetectorLabelerProvider()
        .prepare(settings, hadoop)
        .open(new ExecutorSlot(List.of(), cores, 1, 1, hadoop), new StageTimes());
  }

  private static Iterator<ImageInput> inputs(int images) throws IOException {
    List<byte[]> pictures = new ArrayList<>();
    for (int i = 0; i < PICTURES; i++) {
      pictures.add(picture(i));
    }
    return IntStream.range(0, images)
        .mapToObj(i -> new ImageInput("soak-" + i, () -> pictures.get(i % PICTURES)))
        .iterator();
  }

  /** Of a size of its own, so that the detector meets many. */
  private static byte[] picture(int number) throws IOException {
    int width = SHORTEST + 8 * number;
    int height = SHORTEST + 8 * (PICTURES - number);
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    Random random = new Random(number);
    for (int i = 0; i < PICTURES; i++) {
      graphics.setColor(new Color(random.nextInt(1 << 24)));
      graphics.fillOval(random.nextInt(width), random.nextInt(height), width / 4, height / 4);
    }
    graphics.dispose();
    return Jpeg.encode(picture, 0.9f);
  }

  private static void requireLabeled(LabelRow row) {
    if (row instanceof LabelRow.Failed failed) {
      throw new IllegalStateException("Cannot label a drawn picture: " + failed.message());
    }
  }

  /** After a collection: buffers outside of the heap go when the collector finds them. */
  private static Sample sample(int images) throws IOException {
    System.gc();
    return new Sample(images, resident(), Runtime.getRuntime().totalMemory());
  }

  private static long resident() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"), UTF_8)) {
      String line = lines.filter(text -> text.startsWith("VmRSS:")).findFirst().orElseThrow();
      return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }
  }

  private static String row(Sample sample) {
    return "%8d   %12.1f   %13.1f   %11.1f"
        .formatted(
            sample.images(),
            sample.resident() / MIB,
            sample.heap() / MIB,
            sample.outsideHeap() / MIB);
  }

  /** Of the line of least squares. */
  private static double slope(List<Sample> samples) {
    double meanImages = samples.stream().mapToDouble(Sample::images).average().orElseThrow();
    double meanBytes = samples.stream().mapToDouble(Sample::outsideHeap).average().orElseThrow();
    double products = 0;
    double squares = 0;
    for (Sample sample : samples) {
      double images = sample.images() - meanImages;
      products += images * (sample.outsideHeap() - meanBytes);
      squares += images * images;
    }
    return products / squares;
  }
}
