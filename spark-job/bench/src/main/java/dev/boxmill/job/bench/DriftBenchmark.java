package dev.boxmill.job.bench;

import dev.boxmill.detr.DetectedBatch;
import dev.boxmill.detr.Detector;
import dev.boxmill.detr.image.ResizedPicture;
import dev.boxmill.detr.image.UnreadableImageException;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.schemas.Detection;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the faster precisions cost: their detections beside float32's, image by image. */
public final class DriftBenchmark {
  private static final List<Precision> FASTER = List.of(Precision.BF16, Precision.FP16);

  private DriftBenchmark() {}

  /**
   * Prints a row for each precision.
   *
   * @param minScore of the float32 detections that count
   */
  public static void run(
      Path detector, Path images, int limit, float minScore, Device device, PrintWriter out)
      throws IOException {
    List<Path> files = files(images, limit);
    out.println(files.size() + " images, detections with a float32 score above " + minScore);
    out.println("       " + Drift.header());
    for (Precision precision : FASTER) {
      out.println(
          precision.optionValue()
              + "   "
              + drift(detector, files, minScore, device, precision).row());
      out.flush();
    }
  }

  private static Drift drift(
      Path directory, List<Path> files, float minScore, Device device, Precision precision)
      throws IOException {
    Drift drift = new Drift();
    try (Detector exact = Detector.load(directory, device, Precision.FP32);
        Detector faster = Detector.load(directory, device, precision)) {
      for (Path file : files) {
        try (ResizedPicture picture = resized(exact, file)) {
          drift.add(
              detections(exact, picture, minScore),
              detections(faster, picture, 0),
              picture.original());
        }
      }
    }
    return drift;
  }

  private static List<Detection> detections(Detector detector, ResizedPicture picture, float min) {
    try (DetectedBatch batch = detector.detect(List.of(picture), min, 0)) {
      return batch.detections().get(0);
    }
  }

  private static ResizedPicture resized(Detector detector, Path file) throws IOException {
    try {
      return detector.resize(detector.decoder().decode(Files.readAllBytes(file)));
    } catch (UnreadableImageException e) {
      throw new BadInputException("Cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static List<Path> files(Path images, int limit) throws IOException {
    if (!Files.isDirectory(images)) {
      throw new BadInputException(
          "Cannot read " + images + ": no such folder (name a local folder of images)");
    }
    try (Stream<Path> all = Files.list(images)) {
      List<Path> files = all.filter(Files::isRegularFile).sorted().limit(limit).toList();
      if (files.isEmpty()) {
        throw new BadInputException(
            "Cannot measure: " + images + " holds no file (name a folder of images)");
      }
      return files;
    }
  }
}
