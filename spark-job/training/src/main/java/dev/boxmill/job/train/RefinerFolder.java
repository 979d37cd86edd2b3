package dev.boxmill.job.train;

import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.job.train.TrainingFolder.Kind;
import dev.boxmill.job.train.TrainingRequest.ExistingTraining;
import dev.boxmill.job.train.TrainingState.TrainingPosition;
import dev.boxmill.refiners.refinebox.RefineBoxFactory;
import dev.boxmill.refiners.refinebox.training.ParameterLayout;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/** The folder of a refiner's training, whose weights are {@code refinebox.safetensors}. */
record RefinerFolder(TrainingFolder folder) {

  private static final Kind REFINER =
      new Kind(RefineBoxFactory.WEIGHTS, Set.of(), "serves as --start-from");

  /** As {@link TrainingFolder#at}. */
  static RefinerFolder at(String output, ExistingTraining existing, Configuration hadoop) {
    return new RefinerFolder(TrainingFolder.at(output, existing, REFINER, hadoop));
  }

  /** As {@link TrainingFolder#resume}. */
  Optional<TrainingState> resume(ParameterLayout layout) throws IOException {
    return folder.resume(
        TrainingPosition.class,
        place ->
            folder.withStateFile(place.file(), local -> TrainingState.read(local, place, layout)));
  }

  void save(TrainingState training) throws IOException {
    folder.save(
        training.place(), () -> folder.publishState(training.place().file(), training::write));
  }

  void saveBest(float[] row, ParameterLayout layout, Map<String, String> metadata)
      throws IOException {
    folder.saveBest(file -> SafetensorsWriter.write(file, layout.tensors(row), metadata));
  }
}
