package dev.boxmill.job.triage;

import static dev.boxmill.job.table.TestingLabels.box;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.table.TableCheck;
import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.schemas.Corners;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestClassStatistics {

  @TempDir private Path folder;

  @Test
  void habitsAreThoseOfTheBoxesShown() {
    String sized =
        new TestingLabels("")
            .labeled("file:///n/1.jpg", 100, 100, box("cup", 0.9, new Corners(0, 0, 10, 10)))
            .labeled(
                "file:///n/2.jpg",
                200,
                100,
                box("cup", 0.9, new Corners(0, 0, 20, 40), new Corners(0, 0, 20, 20)),
                box("cup", 0.8, new Corners(5, 5, 5, 9)),
                box("cup", 0.4, new Corners(0, 0, 100, 100)))
            .write(folder.resolve("sized"));

    BoxStatistics cup =
        ClassStatistics.of(
                TableCheck.open(TestingSpark.session(), sized), ScoreCalibration.raw(0.5))
            .of("cup");

    // ln(0.1) and ln(0.2); the box without area has no size
    assertThat(cup.boxes()).isEqualTo(2);
    assertThat(cup.meanSize()).isEqualTo((Math.log(0.1) + Math.log(0.2)) / 2, within(1e-9));
    assertThat(cup.deviation()).isEqualTo(Math.log(2) / 2, within(1e-9));
    assertThat(cup.meanMove()).isEqualTo(0.5 / 3, within(1e-6));
  }
}
