package dev.boxmill.job.bench;

import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.detr.DetectedBatch;
import dev.boxmill.detr.Detector;
import dev.boxmill.detr.image.ResizedPicture;
import dev.boxmill.job.session.RefinerInput;
import dev.boxmill.job.session.ResidentDetector;
import dev.boxmill.refiners.refinebox.RefineBoxFactory;
import dev.boxmill.refiners.refinebox.training.InitialParameters;
import dev.boxmill.refiners.refinebox.training.ParameterLayout;
import dev.boxmill.refiners.spi.RefinerChain;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.Refiners;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The refiner's share of the time: DETR-R50 at 800x1066, three steps, as {@code label} runs them on
 * one task slot. Both are timed within each turn, one after the other, so that a machine's mood
 * hits both.
 */
public final class RefinerOverhead {
  private static final String MEMBER = "DETR R50";
  private static final int WARM_UP = 3;

  /** All of DETR's, and what a photograph keeps above a usual least score. */
  private static final List<Integer> BOXES = List.of(100, 25);

  private final int rounds;
  private final Detector network;
  private final RefinerChain chain;
  private final PrintWriter out;

  private RefinerOverhead(int rounds, Detector network, RefinerChain chain, PrintWriter out) {
    this.rounds = rounds;
    this.network = network;
    this.chain = chain;
    this.out = out;
  }

  /**
   * Prints rows for float32 and for bfloat16, medians over the turns.
   *
   * @param threads of each side, as many as a task slot has cores
   */
  public static void run(int rounds, int threads, PrintWriter out) throws IOException {
    System.setProperty(ResidentDetector.THREADS_PROPERTY, String.valueOf(threads));
    FamilyMember member = FamilyMember.named(MEMBER);
    Path weights = Files.createTempFile("boxmill-refiner-", ".safetensors");
    try {
      List<Integer> channels = member.network().get().featureChannels();
      ParameterLayout layout = ParameterLayout.of(channels);
      SafetensorsWriter.write(weights, layout.tensors(InitialParameters.draw(layout, 1)), Map.of());
      out.println(
          "| " + MEMBER + " at 800x1066 | boxes | detector ms | refiner ms | share | spread |");
      out.println("|---|---:|---:|---:|---:|---:|");
      for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
        try (Detector network = FamilyBenchmark.load(member, precision);
            RefinerChain chain = chain(network, precision, weights);
            ResizedPicture picture = network.resize(FamilyBenchmark.picture(member.size()))) {
          RefinerOverhead overhead = new RefinerOverhead(rounds, network, chain, out);
          BOXES.forEach(boxes -> overhead.measure(precision, picture, boxes));
        }
      }
    } finally {
      Files.delete(weights);
    }
  }

  private void measure(Precision precision, ResizedPicture picture, int boxes) {
    List<Double> detector = new ArrayList<>();
    List<Double> refiner = new ArrayList<>();
    List<Double> shares = new ArrayList<>();
    for (int turn = -WARM_UP; turn < rounds; turn++) {
      long start = System.nanoTime();
      try (DetectedBatch batch = network.detect(List.of(picture), 0, boxes)) {
        long detected = System.nanoTime();
        chain.refine(RefinerInput.of(network, batch, List.of(picture)));
        long refined = System.nanoTime();
        if (turn >= 0) {
          detector.add((detected - start) / 1e6);
          refiner.add((refined - detected) / 1e6);
          shares.add(100.0 * (refined - detected) / (detected - start));
        }
      }
    }
    out.printf(
        "| %s | %d | %.0f | %.1f | %.1f %% | %.1f-%.1f %% |%n",
        precision.optionValue(),
        boxes,
        Median.of(detector),
        Median.of(refiner),
        Median.of(shares),
        Collections.min(shares),
        Collections.max(shares));
    out.flush();
  }

  private static RefinerChain chain(Detector network, Precision precision, Path weights) {
    Refiners refiners = Refiners.find();
    RefinerContext context =
        new RefinerContext(
            network.labels(),
            Device.cpu(),
            precision.on(Device.cpu()),
            network.featureChannels(),
            Optional.empty());
    String spec = RefineBoxFactory.NAME + ":weights=" + weights;
    return refiners.open(refiners.parse(List.of(spec)), context);
  }
}
