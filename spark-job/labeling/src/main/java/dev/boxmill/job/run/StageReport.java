package dev.boxmill.job.run;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.boxmill.job.session.Stage;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where a run's time went, and what bounds it.
 *
 * @param seconds of each stage, summed over all tasks; those of reader threads lie beside the
 *     tasks' own
 * @param slots how many tasks Spark runs at once
 * @param wall seconds of the whole run
 */
public record StageReport(Map<Stage, Double> seconds, int slots, double wall) {

  private static final List<Stage> OF_TASKS =
      List.of(
          Stage.NETWORK,
          Stage.REFINERS,
          Stage.WAIT_FOR_PICTURES,
          Stage.WAIT_FOR_DEVICE,
          Stage.LOAD);
  private static final List<Stage> OF_READERS = List.of(Stage.READ, Stage.DECODE, Stage.RESIZE);

  /** A share of the tasks' time from which on something else than the network bounds a run. */
  private static final double MUCH = 0.2;

  static StageReport of(Counters counters, int slots, double wall) {
    Map<Stage, Double> seconds = new EnumMap<>(Stage.class);
    counters
        .microseconds()
        .forEach((stage, counter) -> seconds.put(stage, counter.value().longValue() / 1e6));
    return new StageReport(seconds, slots, wall);
  }

  /** Of the tasks' time, in which their device computed, be it for another task. */
  double deviceBusy() {
    return share(Stage.NETWORK, Stage.REFINERS, Stage.WAIT_FOR_DEVICE);
  }

  /** Of all slots' time, in which a task ran. */
  double slotsBusy() {
    return seconds.get(Stage.TASK) / Math.max(0.001, slots * wall);
  }

  /** What to change first, if the run is to be faster. */
  String boundBy() {
    if (slotsBusy() < 0.5) {
      return "start and end: tasks ran in "
          + percent(slotsBusy())
          + " of the slots' time (more images in a run)";
    }
    if (share(Stage.LOAD) > MUCH) {
      return "loading the detector (more images in a run)";
    }
    if (share(Stage.WAIT_FOR_PICTURES) > MUCH) {
      return seconds.get(Stage.READ) > seconds.get(Stage.DECODE) + seconds.get(Stage.RESIZE)
          ? "reading from storage (nearer storage, fewer and larger files, more tasks at once)"
          : "decoding and resizing (more cores for each task: spark.task.cpus)";
    }
    if (share(Stage.REFINERS) > share(Stage.NETWORK)) {
      return "the refiners (fewer boxes: --min-score, or fewer refiners)";
    }
    return "the network (more cores or devices, a lower precision, a smaller network)";
  }

  /** Two lines for people. */
  String text() {
    StringBuilder text = new StringBuilder("Time of the tasks:");
    double rest = 1;
    for (Stage stage : OF_TASKS) {
      text.append(' ').append(words(stage)).append(' ').append(percent(share(stage))).append(',');
      rest -= share(stage);
    }
    text.append(" rows ").append(percent(Math.max(0, rest))).append("; beside them");
    for (Stage stage : OF_READERS) {
      text.append(stage == Stage.READ ? " " : ", ").append(words(stage));
      text.append(String.format(Locale.ROOT, " %.1f s", seconds.get(stage)));
    }
    text.append("\nDevice busy ").append(percent(deviceBusy())).append(" of it. ");
    return text.append("What bounds this run: ").append(boundBy()).append('\n').toString();
  }

  /** As the metrics file has it: seconds by stage, and what follows from them. */
  @JsonValue
  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    seconds.forEach((stage, value) -> json.put(stage.key() + "_seconds", value));
    json.put("slots", slots);
    json.put("slots_busy", slotsBusy());
    json.put("device_busy", deviceBusy());
    json.put("bound_by", boundBy());
    return json;
  }

  private double share(Stage... stages) {
    return Arrays.stream(stages).mapToDouble(seconds::get).sum()
        / Math.max(1e-6, seconds.get(Stage.TASK));
  }

  private static String words(Stage stage) {
    return stage.key().replace('_', ' ');
  }

  private static String percent(double share) {
    return Math.round(100 * share) + " %";
  }
}
