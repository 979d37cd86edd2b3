package dev.boxmill.job.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** What was measured of one network: times of all rounds, and bfloat16's drift. */
final class FamilyRow {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Who runs, and in what. */
  enum Side {
    TRANSFORMERS_FP32("transformers_fp32", "float32"),
    ONNX_RUNTIME_FP32("onnx_runtime_fp32", "ONNX Runtime fp32"),
    OPENVINO_FP32("openvino_fp32", "OpenVINO fp32"),
    RFDETR_FP32("rfdetr_fp32", "rfdetr fp32"),
    BOXMILL_FP32("boxmill_fp32", "boxmill fp32"),
    TRANSFORMERS_BF16("transformers_bf16", "bfloat16"),
    OPENVINO_BF16("openvino_bf16", "OpenVINO bf16"),
    RFDETR_BF16("rfdetr_bf16", "rfdetr bf16"),
    BOXMILL_BF16("boxmill_bf16", "boxmill bf16");

    private static final List<Side> RUNTIMES =
        List.of(ONNX_RUNTIME_FP32, OPENVINO_FP32, OPENVINO_BF16, RFDETR_FP32, RFDETR_BF16);

    private final String key;
    private final String request;

    Side(String key, String request) {
      this.key = key;
      this.request = request;
    }

    /** What a peer is asked for. */
    String request() {
      return request;
    }

    private Side boxmill() {
      return key.endsWith("bf16") ? BOXMILL_BF16 : BOXMILL_FP32;
    }
  }

  private final FamilyMember member;
  private final FamilyDrift drift;
  private final Map<Side, List<Double>> milliseconds = new EnumMap<>(Side.class);
  private final Map<String, String> missing = new TreeMap<>();

  FamilyRow(FamilyMember member, FamilyDrift drift) {
    this.member = member;
    this.drift = drift;
  }

  /** A round's time for one image, if there is one. */
  void add(Side side, OptionalDouble time) {
    time.ifPresent(ms -> milliseconds.computeIfAbsent(side, s -> new ArrayList<>()).add(ms));
  }

  /** Runtimes that do not take the network, and what they say. */
  void missing(Map<String, String> reasons) {
    missing.putAll(reasons);
  }

  /** The median of the rounds. */
  OptionalDouble median(Side side) {
    List<Double> times = milliseconds.getOrDefault(side, List.of());
    return times.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Median.of(times));
  }

  static String header() {
    return "%-38s %9s  %17s  %17s  %6s %6s  %16s  %16s%n%-38s %9s  %8s %8s  %8s %8s  %6s %6s  %8s %7s  %8s %7s"
        .formatted(
            "",
            "",
            "transformers, ms",
            "boxmill, ms",
            "times as fast",
            "",
            "bf16: score",
            "bf16: box, px",
            "",
            "input",
            "fp32",
            "bf16",
            "fp32",
            "bf16",
            "fp32",
            "bf16",
            "median",
            "99 %",
            "median",
            "99 %");
  }

  @Override
  public String toString() {
    return "%-38s %4dx%-4d  %8s %8s  %8s %8s  %6s %6s  %8.5f %7.4f  %8.3f %7.2f"
        .formatted(
            member.name(),
            member.size().height(),
            member.size().width(),
            shown("%.0f", median(Side.TRANSFORMERS_FP32)),
            shown("%.0f", median(Side.TRANSFORMERS_BF16)),
            shown("%.0f", median(Side.BOXMILL_FP32)),
            shown("%.0f", median(Side.BOXMILL_BF16)),
            shown("%.2f", ratio(Side.TRANSFORMERS_FP32, Side.BOXMILL_FP32)),
            shown("%.2f", ratio(Side.TRANSFORMERS_BF16, Side.BOXMILL_BF16)),
            drift.score(),
            drift.highestScore(),
            drift.pixels(),
            drift.mostPixels());
  }

  /** A line of other runtimes' times, and how many times as fast boxmill is; empty without any. */
  String runtimes() {
    List<String> parts = new ArrayList<>();
    for (Side side : Side.RUNTIMES) {
      if (milliseconds.containsKey(side)) {
        parts.add(
            "%s %s ms (%s)"
                .formatted(
                    side.request, shown("%.1f", median(side)), shown("%.2f", roundRatio(side))));
      }
    }
    missing.forEach((runtime, why) -> parts.add("no %s: %s".formatted(runtime, why)));
    return parts.isEmpty() ? "" : "    " + String.join(" · ", parts);
  }

  /** The median over the rounds of its time by boxmill's in the same precision. */
  private OptionalDouble roundRatio(Side side) {
    List<Double> theirs = milliseconds.getOrDefault(side, List.of());
    List<Double> ours = milliseconds.getOrDefault(side.boxmill(), List.of());
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < Math.min(theirs.size(), ours.size()); round++) {
      ratios.add(theirs.get(round) / ours.get(round));
    }
    return ratios.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Median.of(ratios));
  }

  private static String shown(String format, OptionalDouble value) {
    return value.isEmpty() ? "-" : format.formatted(value.getAsDouble());
  }

  private OptionalDouble ratio(Side slow, Side fast) {
    return median(slow).isEmpty() || median(fast).isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(median(slow).getAsDouble() / median(fast).getAsDouble());
  }

  /** All of it, every round's time included. */
  ObjectNode json() {
    ObjectNode node = JSON.createObjectNode().put("name", member.name());
    node.put("height", member.size().height()).put("width", member.size().width());
    milliseconds.forEach((side, times) -> times.forEach(node.withArray(side.key)::add));
    missing.forEach(node.withObject("missing")::put);
    node.put("bf16_score_median", drift.score()).put("bf16_score_99", drift.highestScore());
    return node.put("bf16_pixels_median", drift.pixels()).put("bf16_pixels_99", drift.mostPixels());
  }
}
