package dev.boxmill.job.bench;

import dev.boxmill.detr.DetectedBatch;
import dev.boxmill.detr.Detector;
import dev.boxmill.detr.preprocess.ResizedPicture;
import dev.boxmill.embedded.EmbeddedDetector;
import dev.boxmill.image.ImageDecoder;
import dev.boxmill.image.Picture;
import dev.boxmill.image.UnreadableImageException;
import dev.boxmill.schemas.Detection;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.TorchLibrary;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Images per second of a device, by batch size, from Java without Spark: first whether it finds
 * what the CPU finds, then the network alone on resized pictures, then from JPEG files on.
 */
final class DeviceTable {
  static final String EMBEDDED = "embedded";

  /** In fp16 with the embedded detector's trained weights: medians. */
  private static final float SCORES_APART = 2e-3f;

  private static final float MIN_SCORE = 0.05f;
  private static final int EVERY_DETECTION = 1 << 20;
  private static final int WARM_UP = 2;

  private final Request request;
  private final PrintWriter out;

  private DeviceTable(Request request, PrintWriter out) {
    this.request = request;
    this.out = out;
  }

  /**
   * What to measure.
   *
   * @param networks {@value #EMBEDDED}, or names in {@code family.json}, with random weights
   * @param batches images of each pass
   * @param pictures a folder of JPEG files
   */
  record Request(
      Device device, List<String> networks, List<Integer> batches, int rounds, Path pictures) {}

  /**
   * Prints the table.
   *
   * @return whether the device finds what the CPU finds
   */
  static boolean run(Request request, PrintWriter out) throws IOException {
    TorchLibrary.requireUsable(request.device());
    out.printf(
        "PyTorch %s on %s, median of %d rounds%n",
        TorchLibrary.load(), request.device(), request.rounds());
    return new DeviceTable(request, out).measure();
  }

  private boolean measure() throws IOException {
    List<byte[]> files = files();
    boolean same = true;
    for (String name : request.networks()) {
      try (Detector fast = detector(name, request.device(), Precision.AUTO)) {
        same &= compare(name, fast, files.get(0));
        List<Picture> pictures = pictures(name, files);
        for (int batch : request.batches()) {
          row(name, batch, "resized", rate(batch, () -> detect(fast, pictures, batch)));
        }
        if (name.equals(EMBEDDED)) {
          int batch = Collections.max(request.batches());
          row(name, batch, "JPEG", fromFiles(fast, files, batch));
        }
      }
    }
    return same;
  }

  /** Of detections on one picture, beside float32 on the CPU. */
  private boolean compare(String name, Detector fast, byte[] file) throws IOException {
    Picture picture = pictures(name, List.of(file)).get(0);
    try (Detector exact = detector(name, Device.cpu(), Precision.FP32)) {
      FamilyDrift drift =
          FamilyDrift.between(
              detections(exact, picture, MIN_SCORE, 0),
              detections(fast, picture, 0, EVERY_DETECTION),
              picture.size());
      out.printf(
          "%-36s scores %.5f, boxes %.3f pixels from the CPU's (medians)%n",
          name, drift.score(), drift.pixels());
      out.flush();
      return !name.equals(EMBEDDED) || drift.score() <= SCORES_APART;
    }
  }

  private static Detector detector(String name, Device device, Precision precision)
      throws IOException {
    return name.equals(EMBEDDED)
        ? Detector.load(EmbeddedDetector.directory(), device, precision)
        : FamilyBenchmark.load(FamilyMember.named(name), device, precision);
  }

  /** Decoded ones, or one of the network's own size where it resizes nothing. */
  private static List<Picture> pictures(String name, List<byte[]> files) throws IOException {
    if (!name.equals(EMBEDDED)) {
      return List.of(FamilyBenchmark.picture(FamilyMember.named(name).size()));
    }
    List<Picture> pictures = new ArrayList<>();
    for (byte[] file : files) {
      pictures.add(decoded(file));
    }
    return pictures;
  }

  private static Picture decoded(byte[] file) {
    try {
      return new ImageDecoder().decode(file);
    } catch (UnreadableImageException e) {
      throw new IllegalStateException("Cannot decode a picture of the kit", e);
    }
  }

  private List<byte[]> files() throws IOException {
    try (Stream<Path> listed = Files.list(request.pictures())) {
      return listed
          .filter(file -> file.toString().endsWith(".jpg"))
          .sorted()
          .map(DeviceTable::read)
          .toList();
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Detection> detections(
      Detector detector, Picture picture, float minScore, int topK) {
    try (ResizedPicture resized = detector.resize(picture);
        DetectedBatch batch = detector.detect(List.of(resized), minScore, topK)) {
      return batch.detections().get(0);
    }
  }

  /** Seconds of the network on that many resized pictures of one size. */
  private static double detect(Detector detector, List<Picture> pictures, int batch) {
    ResizedPicture resized = detector.resize(pictures.get(0));
    try (resized) {
      long start = System.nanoTime();
      detector.detect(Collections.nCopies(batch, resized), MIN_SCORE, 0).close();
      return (System.nanoTime() - start) / 1e9;
    }
  }

  /** Images per second with one thread for each core that decodes and resizes ahead. */
  private double fromFiles(Detector detector, List<byte[]> files, int batch) {
    int threads = Runtime.getRuntime().availableProcessors();
    ExecutorService readers =
        Executors.newFixedThreadPool(
            threads,
            work ->
                new Thread(
                    () -> {
                      detector.beginResizing();
                      work.run();
                    }));
    try {
      int passes = WARM_UP + request.rounds();
      List<Future<ResizedPicture>> ahead = new ArrayList<>();
      for (int i = 0; i < passes * batch; i++) {
        byte[] file = files.get(i % files.size());
        ahead.add(readers.submit(() -> detector.resize(decoded(file))));
      }
      long start = 0;
      for (int pass = 0; pass < passes; pass++) {
        if (pass == WARM_UP) {
          start = System.nanoTime();
        }
        List<ResizedPicture> resized = taken(ahead.subList(pass * batch, (pass + 1) * batch));
        detector.detect(resized, MIN_SCORE, 0).close();
        resized.forEach(ResizedPicture::close);
      }
      return request.rounds() * batch / ((System.nanoTime() - start) / 1e9);
    } finally {
      readers.shutdown();
    }
  }

  private static List<ResizedPicture> taken(List<Future<ResizedPicture>> futures) {
    List<ResizedPicture> pictures = new ArrayList<>();
    for (Future<ResizedPicture> future : futures) {
      try {
        pictures.add(future.get());
      } catch (Exception e) {
        throw new IllegalStateException("Cannot resize a picture of the kit", e);
      }
    }
    return pictures;
  }

  private interface Timed {
    double seconds();
  }

  private double rate(int batch, Timed pass) {
    List<Double> seconds = new ArrayList<>();
    for (int round = -WARM_UP; round < request.rounds(); round++) {
      double taken = pass.seconds();
      if (round >= 0) {
        seconds.add(taken);
      }
    }
    return batch / Median.of(seconds);
  }

  private void row(String name, int batch, String from, double rate) {
    out.printf(
        "%-36s batch %4d  %10.1f images/s  %8.2f ms an image, from %s%n",
        name, batch, rate, 1000 / rate, from);
    out.flush();
  }
}
