package dev.boxmill.job.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.boxmill.detr.DetectedBatch;
import dev.boxmill.detr.Detector;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.detr.preprocess.ResizeRule;
import dev.boxmill.detr.preprocess.ResizedPicture;
import dev.boxmill.image.Picture;
import dev.boxmill.job.bench.FamilyRow.Side;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.session.ResidentDetector;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;

/**
 * Milliseconds that each network of the family takes for one image at its own input size, from the
 * resized picture to detections, beside transformers' forward pass, or other runtimes', of the same
 * network in the same run; and how far bfloat16's detections lie from float32's. Weights are
 * random: only time and rounding count.
 */
public final class FamilyBenchmark {
  private static final int WARM_UP = 3;
  private static final float MIN_SCORE = 0.05f;
  private static final int ALL = 1 << 20;

  private final int rounds;
  private final int threads;
  private final Optional<FamilyPeer> peer;

  private FamilyBenchmark(int rounds, int threads, Optional<FamilyPeer> peer) {
    this.rounds = rounds;
    this.threads = threads;
    this.peer = peer;
  }

  /**
   * How to measure.
   *
   * @param networks parts of names, any of which a network's must have; all if empty
   * @param rounds in which the sides take turns
   * @param threads of each side
   * @param peer command that starts {@code family_peer.py} or {@code runtimes_peer.py}, or empty
   * @param json where every number goes too
   */
  public record Request(
      List<String> networks, int rounds, int threads, Optional<String> peer, Optional<Path> json) {}

  /** Prints a row for each network as it is measured. */
  public static void run(Request request, PrintWriter out) throws IOException {
    run(request, FamilyMember.all(), out);
  }

  static void run(Request request, List<FamilyMember> all, PrintWriter out) throws IOException {
    System.setProperty(ResidentDetector.THREADS_PROPERTY, String.valueOf(request.threads()));
    List<FamilyMember> members = chosen(all, request.networks());
    out.println(
        "One image at a time, "
            + request.threads()
            + " threads, median of "
            + request.rounds()
            + " rounds");
    out.println(FamilyRow.header());
    ArrayNode json = new ObjectMapper().createArrayNode();
    try (FamilyPeer peer = request.peer().map(FamilyPeer::start).orElse(null)) {
      FamilyBenchmark benchmark =
          new FamilyBenchmark(request.rounds(), request.threads(), Optional.ofNullable(peer));
      for (FamilyMember member : members) {
        FamilyRow row = benchmark.measure(member);
        out.println(row);
        if (!row.runtimes().isEmpty()) {
          out.println(row.runtimes());
        }
        out.flush();
        json.add(row.json());
      }
    }
    if (request.json().isPresent()) {
      Files.writeString(request.json().get(), json.toPrettyString() + "\n");
    }
  }

  private static List<FamilyMember> chosen(List<FamilyMember> all, List<String> parts) {
    List<FamilyMember> chosen =
        all.stream()
            .filter(m -> parts.isEmpty() || parts.stream().anyMatch(m.name()::contains))
            .toList();
    if (chosen.isEmpty()) {
      throw new BadInputException(
          "Unknown networks "
              + parts
              + " (known: "
              + String.join(", ", all.stream().map(FamilyMember::name).toList())
              + ")");
    }
    return chosen;
  }

  private FamilyRow measure(FamilyMember member) throws IOException {
    try (Detector exact = load(member, Precision.FP32);
        Detector faster = load(member, Precision.BF16);
        ResizedPicture picture = exact.resize(picture(member.size()))) {
      FamilyRow row =
          new FamilyRow(
              member,
              FamilyDrift.between(
                  detections(exact, picture, 0, 0),
                  detections(faster, picture, 0, ALL),
                  member.size()));
      Set<Side> sides = EnumSet.of(Side.BOXMILL_FP32, Side.BOXMILL_BF16);
      if (peer.isPresent() && member.config().isPresent()) {
        sides.addAll(peer.get().load(member, threads));
        row.missing(peer.get().missing());
      }
      for (int round = 0; round < WARM_UP; round++) {
        runAll(new FamilyRow(member, null), sides, exact, faster, picture);
      }
      for (int round = 0; round < rounds; round++) {
        runAll(row, sides, exact, faster, picture);
      }
      return row;
    }
  }

  private void runAll(
      FamilyRow row, Set<Side> sides, Detector exact, Detector faster, ResizedPicture picture)
      throws IOException {
    for (Side side : sides) {
      row.add(
          side,
          switch (side) {
            case BOXMILL_FP32 -> timed(exact, picture);
            case BOXMILL_BF16 -> timed(faster, picture);
            default -> peer.orElseThrow().run(side);
          });
    }
  }

  private static OptionalDouble timed(Detector detector, ResizedPicture picture) {
    long start = System.nanoTime();
    detections(detector, picture, MIN_SCORE, 0);
    return OptionalDouble.of((System.nanoTime() - start) / 1e6);
  }

  private static List<Detection> detections(
      Detector detector, ResizedPicture picture, float minScore, int topK) {
    try (DetectedBatch batch = detector.detect(List.of(picture), minScore, topK)) {
      return batch.detections().get(0);
    }
  }

  static Detector load(FamilyMember member, Precision precision) {
    return load(member, Device.cpu(), precision);
  }

  static Detector load(FamilyMember member, Device device, Precision precision) {
    Architecture architecture = member.network().get();
    return Detector.of(
        architecture,
        unresized(Preprocessing.original()),
        RandomWeights.of(architecture.tensors()),
        device,
        precision);
  }

  private static Preprocessing unresized(Preprocessing all) {
    return new Preprocessing(
        new ResizeRule.None(), all.resampling(), all.rescale(), all.mean(), all.std());
  }

  /** Blotches of random colors: a picture, more than noise, for the eye of a convolution. */
  static Picture picture(ImageSize size) {
    Random random = new Random(1);
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * size.width() * size.height());
    byte[] colors = new byte[3 * (size.width() / 32 + 1) * (size.height() / 32 + 1)];
    random.nextBytes(colors);
    for (int y = 0; y < size.height(); y++) {
      for (int x = 0; x < size.width(); x++) {
        int blotch = 3 * (y / 32 * (size.width() / 32 + 1) + x / 32);
        pixels.put(colors, blotch, 3);
      }
    }
    return new Picture(size, pixels.flip());
  }
}
