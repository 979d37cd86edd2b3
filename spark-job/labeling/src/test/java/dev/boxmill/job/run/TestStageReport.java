package dev.boxmill.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.session.Stage;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TestStageReport {

  /** Two slots for 50 s, tasks in them for 90 of these 100 s. */
  private static StageReport report(Map<Stage, Double> changed) {
    Map<Stage, Double> seconds = new EnumMap<>(Stage.class);
    for (Stage stage : Stage.values()) {
      seconds.put(stage, 0.0);
    }
    seconds.put(Stage.TASK, 90.0);
    seconds.putAll(changed);
    return new StageReport(seconds, 2, 50);
  }

  @Test
  void tellsSharesOfTheTasksTimeAndWhatLiesBesideIt() {
    StageReport report =
        report(
            Map.of(
                Stage.NETWORK, 63.0,
                Stage.REFINERS, 9.0,
                Stage.WAIT_FOR_PICTURES, 4.5,
                Stage.LOAD, 9.0,
                Stage.READ, 0.25,
                Stage.DECODE, 7.0,
                Stage.RESIZE, 2.0));

    assertThat(report.text())
        .isEqualTo(
            "Time of the tasks: network 70 %, refiners 10 %, wait for pictures 5 %,"
                + " wait for device 0 %, load 10 %, rows 5 %;"
                + " beside them read 0.3 s, decode 7.0 s, resize 2.0 s\n"
                + "Device busy 80 % of it. What bounds this run: the network"
                + " (more cores or devices, a lower precision, a smaller network)\n");
    assertThat(report.json())
        .containsEntry("network_seconds", 63.0)
        .containsEntry("slots_busy", 0.9)
        .containsEntry("device_busy", 0.8);
  }

  @Test
  void aDeviceThatOtherTasksUseIsBusy() {
    assertThat(report(Map.of(Stage.NETWORK, 30.0, Stage.WAIT_FOR_DEVICE, 60.0)).deviceBusy())
        .isEqualTo(1.0);
  }

  @Test
  void findsWhatBoundsTheRun() {
    assertThat(report(Map.of(Stage.NETWORK, 40.0, Stage.REFINERS, 45.0)).boundBy())
        .startsWith("the refiners");
    assertThat(
            report(Map.of(Stage.WAIT_FOR_PICTURES, 30.0, Stage.READ, 50.0, Stage.DECODE, 10.0))
                .boundBy())
        .startsWith("reading from storage");
    assertThat(
            report(Map.of(Stage.WAIT_FOR_PICTURES, 30.0, Stage.READ, 5.0, Stage.DECODE, 60.0))
                .boundBy())
        .startsWith("decoding and resizing");
    assertThat(report(Map.of(Stage.LOAD, 30.0)).boundBy()).startsWith("loading the detector");
    assertThat(report(Map.of(Stage.TASK, 10.0)).boundBy())
        .startsWith("start and end: tasks ran in 10 % of the slots' time");
  }
}
