package dev.boxmill.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.storage.CrashingDisk;
import dev.boxmill.job.train.TrainingRequest.ExistingTraining;
import dev.boxmill.refiners.refinebox.training.InitialParameters;
import dev.boxmill.refiners.refinebox.training.ParameterLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that train nothing, on a disk that dies. */
final class TestTrainingFolder {

  private static final ParameterLayout LAYOUT = ParameterLayout.of(List.of(8, 16, 32, 64));
  private static final float[] ROW = InitialParameters.draw(LAYOUT, 1);
  private static final TrainingIdentity IDENTITY = new TrainingIdentity(Map.of("batch", "16"));
  private static final int CHANGES = 24;

  @TempDir private Path folder;

  private final Configuration hadoop = new Configuration();

  @AfterEach
  void repairDisk() {
    CrashingDisk.crashAfter(Long.MAX_VALUE);
  }

  @Test
  void aTrainingThatIsKilledAtAnyWriteGoesOn() throws IOException {
    CrashingDisk.serve(hadoop);
    assertGoesOn(ExistingTraining.RESUME);
    assertThat(folder.resolve("out/refinebox.safetensors")).isNotEmptyFile();
  }

  @Test
  void aTrainingThatReplacesOneKeepsItUntilItsEnd() throws IOException {
    train(ExistingTraining.RESUME);
    CrashingDisk.serve(hadoop);
    assertGoesOn(ExistingTraining.REPLACE);
    assertThat(folder.resolve("out/refinebox.safetensors")).isNotEmptyFile();
    assertThat(folder.toFile().list()).containsExactly("out");
  }

  private void assertGoesOn(ExistingTraining existing) throws IOException {
    for (long moment : CrashingDisk.moments(CHANGES)) {
      CrashingDisk.crashAfter(moment);
      try {
        train(existing);
      } catch (IOException | BadInputException killed) {
        assertThat(CrashingDisk.survived()).as("%s", killed).isFalse();
      }
    }
    CrashingDisk.crashAfter(Long.MAX_VALUE);
    train(existing);
  }

  /** The writes of a training of one epoch. */
  private void train(ExistingTraining existing) throws IOException {
    RefinerFolder weights = RefinerFolder.at(folder.resolve("out").toString(), existing, hadoop);
    TrainingFolder out = weights.folder();
    out.refuseOther(IDENTITY);
    TrainingState state =
        weights.resume(LAYOUT).orElse(TrainingState.start(ROW, LAYOUT, IDENTITY.hash()));
    out.own();
    out.saveProvenance(Map.of("identity", IDENTITY));
    if (state.place().epoch() == 1) {
      weights.save(state);
      weights.saveBest(ROW, LAYOUT, Map.of());
      state.endEpoch(new EpochResult(1, 1, 1e-4, 1, 0.5, 0.6, true));
      out.saveCurve(EpochResult.curve(state.place().results()));
      weights.save(state);
    }
    out.saveProvenance(Map.of("identity", IDENTITY));
    out.finish(warning -> {});
  }

  @Test
  void filesOfOthersAreNamed() throws IOException {
    train(ExistingTraining.RESUME);
    Files.writeString(folder.resolve("out/notes.txt"), "mine");

    for (ExistingTraining existing : ExistingTraining.values()) {
      assertThatThrownBy(() -> train(existing))
          .isInstanceOf(BadInputException.class)
          .hasMessage(
              "Cannot train into "
                  + folder.resolve("out")
                  + ": something else lies there: notes.txt (name another folder)");
    }
  }

  @Test
  void weightsWithoutARecordAreNotReplaced() throws IOException {
    train(ExistingTraining.RESUME);
    Files.delete(folder.resolve("out/training.json"));

    assertThatThrownBy(() -> train(ExistingTraining.RESUME))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("training.json is missing or damaged");
  }
}
