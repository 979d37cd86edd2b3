package dev.boxmill.job.bench;

import dev.boxmill.detr.DetectedBatch;
import dev.boxmill.detr.Detector;
import dev.boxmill.detr.image.ResizedPicture;
import dev.boxmill.job.session.ResidentDetector;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Milliseconds of all cores for one image: a network as {@code label} runs it, one image on each
 * core at a time, beside other runtimes with a batch over all cores, in turn.
 */
public final class ForwardBenchmark implements AutoCloseable {
  private static final List<String> PEERS =
      List.of("OpenVINO bf16", "OpenVINO fp32", "ONNX Runtime fp32", "transformers fp32");
  private static final String FASTEST = "boxmill bf16";
  private static final String EXACT = "boxmill fp32";
  private static final int WARM_UP = 2;

  /** Images of each core in one turn. */
  private static final int IMAGES = 2;

  private final int cores;
  private final ExecutorService threads;
  private final Map<String, List<Double>> milliseconds = new LinkedHashMap<>();

  private ForwardBenchmark(int cores) {
    this.cores = cores;
    this.threads = Executors.newFixedThreadPool(cores);
  }

  /**
   * Prints a row for each side.
   *
   * @param member a network of {@code family.json}
   * @param cores that each side uses
   * @param peer command that starts {@code forward_peer.py}, or empty
   */
  static void run(
      FamilyMember member, int rounds, int cores, Optional<String> peer, PrintWriter out)
      throws IOException {
    System.setProperty(ResidentDetector.THREADS_PROPERTY, "1");
    try (ForwardBenchmark benchmark = new ForwardBenchmark(cores);
        FamilyPeer other = peer.map(FamilyPeer::start).orElse(null);
        Detector exact = FamilyBenchmark.load(member, Precision.FP32);
        Detector faster = FamilyBenchmark.load(member, Precision.BF16);
        ResizedPicture picture = exact.resize(FamilyBenchmark.picture(member.size()))) {
      if (other != null) {
        other.load(member, cores);
      }
      for (int round = -WARM_UP; round < rounds; round++) {
        if (round == 0) {
          benchmark.milliseconds.clear();
        }
        benchmark.add(FASTEST, benchmark.timed(faster, picture));
        benchmark.add(EXACT, benchmark.timed(exact, picture));
        if (other != null) {
          for (String side : PEERS) {
            other.run(side).ifPresent(time -> benchmark.add(side, time));
          }
        }
      }
      benchmark.print(member, rounds, out);
    }
  }

  /** {@link #run(FamilyMember, int, int, Optional, PrintWriter)} of DETR-R50 at 800x1066. */
  public static void run(int rounds, int cores, Optional<String> peer, PrintWriter out)
      throws IOException {
    run(FamilyMember.named("DETR R50"), rounds, cores, peer, out);
  }

  private void add(String side, double time) {
    milliseconds.computeIfAbsent(side, name -> new ArrayList<>()).add(time);
  }

  private double timed(Detector detector, ResizedPicture picture) {
    long start = System.nanoTime();
    List<Future<?>> works = new ArrayList<>();
    for (int core = 0; core < cores; core++) {
      works.add(threads.submit(() -> detect(detector, picture)));
    }
    works.forEach(ForwardBenchmark::finish);
    return (System.nanoTime() - start) / 1e6 / (cores * IMAGES);
  }

  private static void detect(Detector detector, ResizedPicture picture) {
    for (int image = 0; image < IMAGES; image++) {
      try (DetectedBatch batch = detector.detect(List.of(picture), 0.05f, 0)) {
        batch.detections();
      }
    }
  }

  private static void finish(Future<?> work) {
    try {
      work.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("Cannot time the network", e);
    }
  }

  private void print(FamilyMember member, int rounds, PrintWriter out) {
    out.printf(
        "%s at %dx%d, random weights, %d cores, medians of %d rounds, sides in turn%n%n",
        member.name(), member.size().height(), member.size().width(), cores, rounds);
    out.println("| side | ms per image | times boxmill's, same precision | spread |");
    out.println("|---|---:|---:|---:|");
    milliseconds.forEach(
        (side, times) -> {
          List<Double> ratios = ratios(times, side.endsWith("bf16") ? FASTEST : EXACT);
          out.printf(
              "| %s | %.0f | %.2f | %.2f-%.2f |%n",
              side,
              Median.of(times),
              Median.of(ratios),
              Collections.min(ratios),
              Collections.max(ratios));
        });
    out.flush();
  }

  private List<Double> ratios(List<Double> times, String base) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < times.size(); round++) {
      ratios.add(times.get(round) / milliseconds.get(base).get(round));
    }
    return ratios;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
