package dev.boxmill.job.bench;

import dev.boxmill.image.Decoding;
import dev.boxmill.image.Jpeg;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.session.ExecutorSlot;
import dev.boxmill.job.session.FrozenDetector;
import dev.boxmill.job.session.ImageLabeler;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.session.ResidentDetector;
import dev.boxmill.job.session.StageTimes;
import dev.boxmill.schemas.Detection;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;

/**
 * How many cores a GPU needs: cores read, decode and resize pictures for a device that only waits
 * so many milliseconds an image, through everything that a labeling task does but Spark and the
 * network.
 */
final class FeedBenchmark {
  private static final int BATCH = 16;
  private static final int SHAPES = 300;
  private static final float JPEG_QUALITY = 0.9f;

  /** The lowest bits of each color, as a camera's sensor has it. */
  private static final int NOISE = 0x070707;

  /** Of the device, one pass after the other. */
  private final ReentrantLock device = new ReentrantLock();

  private final AtomicLong passes = new AtomicLong();
  private final AtomicLong images = new AtomicLong();
  private final double waitMillis;

  private FeedBenchmark(double waitMillis) {
    this.waitMillis = waitMillis;
  }

  /**
   * What to measure.
   *
   * @param cores each number of them that reads; a task for each
   * @param waitMillis of the device, for an image
   * @param images in each run
   * @param width and height of the pictures
   * @param decodings how much of a picture is decoded
   */
  record Request(
      String detector,
      List<Integer> cores,
      List<Double> waitMillis,
      int images,
      int width,
      int height,
      List<Decoding> decodings) {}

  /** Prints a row for each number of cores and each wait. */
  static void run(Request request, PrintWriter out) throws IOException {
    byte[] picture = picture(request.width(), request.height());
    out.printf(
        "JPEG of %d x %d, %.2f MB, batches of %d%n",
        request.width(), request.height(), picture.length / 1e6, BATCH);
    out.println("decode   cores  wait, ms  images/s  device busy  images a batch");
    for (Decoding decoding : request.decodings()) {
      run(request, decoding, picture, out);
    }
  }

  private static void run(Request request, Decoding decoding, byte[] picture, PrintWriter out) {
    Configuration hadoop = new Configuration();
    FrozenDetector detector =
        FrozenDetector.of(
            LabelSettings.DEFAULTS.withDetector(request.detector()).withDecoding(decoding), hadoop);
    for (int cores : request.cores()) {
      ExecutorSlot slot = new ExecutorSlot(List.of(), 1, cores, BATCH, hadoop);
      for (double wait : request.waitMillis()) {
        FeedBenchmark benchmark = new FeedBenchmark(wait);
        benchmark.label(detector, slot, picture, BATCH * cores * 2); // warms up
        out.printf(
            "%-7s  %s%n",
            decoding.optionValue(), benchmark.measured(detector, slot, picture, request.images()));
        out.flush();
      }
    }
  }

  private String measured(FrozenDetector detector, ExecutorSlot slot, byte[] picture, int count) {
    passes.set(0);
    images.set(0);
    long start = System.nanoTime();
    label(detector, slot, picture, count);
    double seconds = (System.nanoTime() - start) / 1e9;
    return "%5d  %8.1f  %8.1f  %9.0f %%  %14.1f"
        .formatted(
            slot.concurrentTasks(),
            waitMillis,
            count / seconds,
            100 * images.get() * waitMillis / 1000 / seconds,
            images.get() / (double) passes.get());
  }

  /** One task for each core, as an executor runs them. */
  private void label(FrozenDetector detector, ExecutorSlot slot, byte[] picture, int count) {
    ExecutorService tasks = Executors.newFixedThreadPool(slot.concurrentTasks());
    try {
      List<Future<?>> running =
          IntStream.range(0, slot.concurrentTasks())
              .<Future<?>>mapToObj(
                  task ->
                      tasks.submit(
                          () ->
                              detector.lend(
                                  slot,
                                  resident ->
                                      task(resident, picture, count / slot.concurrentTasks()))))
              .toList();
      for (Future<?> task : running) {
        task.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      tasks.shutdown();
    }
  }

  private long task(ResidentDetector resident, byte[] picture, int count) {
    try (ImageLabeler labeler =
        resident.labeler(new StageTimes(), pictures -> waited(pictures.size()))) {
      long rows = 0;
      var made =
          labeler.label(
              IntStream.range(0, count)
                  .mapToObj(i -> new ImageInput("feed-" + i, () -> picture))
                  .iterator());
      for (; made.hasNext(); made.next()) {
        rows++;
      }
      return rows;
    }
  }

  /** As a network that takes its time and finds nothing. */
  private List<List<Detection>> waited(int count) {
    device.lock();
    try {
      passes.incrementAndGet();
      images.addAndGet(count);
      Thread.sleep(Math.round(count * waitMillis));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      device.unlock();
    }
    return Collections.nCopies(count, List.of());
  }

  /** Shapes and noise, which make as much work for a decoder as a photograph. */
  private static byte[] picture(int width, int height) throws IOException {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    Random random = new Random(1);
    for (int i = 0; i < SHAPES; i++) {
      graphics.setColor(new Color(random.nextInt(1 << 24)));
      graphics.fillOval(
          random.nextInt(width), random.nextInt(height), random.nextInt(width / 4) + 1, height / 6);
    }
    graphics.dispose();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        picture.setRGB(x, y, picture.getRGB(x, y) ^ (random.nextInt() & NOISE));
      }
    }
    return Jpeg.encode(picture, JPEG_QUALITY);
  }
}
