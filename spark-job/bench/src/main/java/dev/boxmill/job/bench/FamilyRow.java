package dev.boxmill.job.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** What was measured of one network: times of all rounds, and bfloat16's drift. */
final class FamilyRow {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Who runs, and in what. */
  enum Side {
    TRANSFORMERS_FP32("transformers_fp32"),
    TRANSFORMERS_BF16("transformers_bf16"),
    BOXMILL_FP32("boxmill_fp32"),
    BOXMILL_BF16("boxmill_bf16");

    private final String key;

    Side(String key) {
      this.key = key;
    }
  }

  private final FamilyMember member;
  private final FamilyDrift drift;
  private final Map<Side, List<Double>> milliseconds = new EnumMap<>(Side.class);

  FamilyRow(FamilyMember member, FamilyDrift drift) {
    this.member = member;
    this.drift = drift;
  }

  /** A round's time for one image, if there is one. */
  void add(Side side, OptionalDouble time) {
    time.ifPresent(ms -> milliseconds.computeIfAbsent(side, s -> new ArrayList<>()).add(ms));
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
    for (Side side : Side.values()) {
      milliseconds.getOrDefault(side, List.of()).forEach(node.withArray(side.key)::add);
    }
    node.put("bf16_score_median", drift.score()).put("bf16_score_99", drift.highestScore());
    return node.put("bf16_pixels_median", drift.pixels()).put("bf16_pixels_99", drift.mostPixels());
  }
}
