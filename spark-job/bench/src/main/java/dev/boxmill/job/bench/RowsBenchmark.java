package dev.boxmill.job.bench;

import dev.boxmill.job.run.LabelRequest;
import dev.boxmill.job.run.LabelRun;
import dev.boxmill.job.run.RunReport;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.source.InputFormat;
import dev.boxmill.job.source.TableOptions;
import dev.boxmill.job.table.OutputFolder.ExistingLabels;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * What an image costs besides its labeling: tiny files are listed, cut into chunks, read, given a
 * row, committed and counted; then the same command runs again and finds nothing new. Everything is
 * in this process, so that its heap holds the driver and the executor.
 */
public final class RowsBenchmark {

  private static final int FILES_PER_FOLDER = 1000;
  private static final long CHUNK_IMAGES = 10_000;

  private RowsBenchmark() {}

  /**
   * Prints a row for each number of images, and for the run that follows it.
   *
   * @param folder a local folder; what is made in it is removed
   */
  public static void run(SparkSession spark, List<Integer> sizes, Path folder, PrintWriter out)
      throws IOException {
    out.println("    images   first run  per image  run again  per image  heap, largest  allowed");
    for (int images : sizes) {
      Path work = Files.createTempDirectory(folder, "boxmill-rows-");
      try {
        makeImages(work.resolve("images"), images);
        resetHeap();
        double first = seconds(spark, work, images);
        double again = seconds(spark, work, 0);
        out.printf(
            Locale.ROOT,
            "%,10d %9.1f s %7.0f µs %8.1f s %7.0f µs %9d MiB %4d MiB%n",
            images,
            first,
            1e6 * first / images,
            again,
            1e6 * again / images,
            largestHeap() >> 20,
            Runtime.getRuntime().maxMemory() >> 20);
        out.flush();
      } finally {
        remove(work);
      }
    }
  }

  private static double seconds(SparkSession spark, Path work, long expected) throws IOException {
    LabelRequest request =
        new LabelRequest(
            List.of(work.resolve("images").toString()),
            InputFormat.AUTO,
            TableOptions.NONE,
            work.resolve("labels").toString(),
            ExistingLabels.CONTINUE,
            LabelSettings.DEFAULTS.withPrecision(Precision.FP32),
            OptionalLong.of(CHUNK_IMAGES),
            0);
    PrintStream silence =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    RunReport report =
        new LabelRun(spark, (settings, hadoop) -> new ByteLabeler(), silence).run(request);
    if (report.labeledNow() != expected || report.failed() > 0) {
      throw new IllegalStateException(
          "Cannot trust the benchmark: "
              + report.labeledNow()
              + " rows for "
              + expected
              + " images, "
              + report.failed()
              + " failed");
    }
    return report.seconds();
  }

  /** Some thousand links to one file, over and over: they cost no room on the disk. */
  private static void makeImages(Path folder, int images) throws IOException {
    Path linked = null;
    for (int i = 0; i < images; i++) {
      Path below = folder.resolve("%05d".formatted(i / FILES_PER_FOLDER));
      if (i % FILES_PER_FOLDER == 0) {
        Files.createDirectories(below);
      }
      Path image = below.resolve("image-%09d.jpg".formatted(i));
      if (i % (FILES_PER_FOLDER * 10) == 0) {
        linked = Files.write(image, new byte[] {(byte) (i / FILES_PER_FOLDER)});
      } else {
        Files.createLink(image, linked);
      }
    }
  }

  private static void remove(Path work) throws IOException {
    try (Stream<Path> all = Files.walk(work)) {
      for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    }
  }

  private static void resetHeap() {
    System.gc();
    heap().forEach(MemoryPoolMXBean::resetPeakUsage);
  }

  private static long largestHeap() {
    return heap().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
  }

  private static Stream<MemoryPoolMXBean> heap() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP);
  }
}
