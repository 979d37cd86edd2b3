package dev.boxmill.job.train;

import dev.boxmill.job.train.DetectorSettings.Dtype;
import dev.boxmill.job.train.DetectorSettings.FrozenPart;
import dev.boxmill.job.train.DetectorSettings.Schedule;
import java.util.List;
import java.util.Set;

/** Settings of a small training, to be changed one by one. */
record TestingSettings(DetectorSettings settings) {

  static TestingSettings of(int epochs) {
    return new TestingSettings(
        with(DetectorSettings.DEFAULTS, epochs, 8, 4, 1e-4, 1e-5, Set.of(), 0, 0.3, 3));
  }

  private static DetectorSettings with(
      DetectorSettings from,
      int epochs,
      int batch,
      int accumulate,
      double learningRate,
      double backbone,
      Set<FrozenPart> frozen,
      double average,
      double validationShare,
      long seed) {
    return new DetectorSettings(
        epochs,
        batch,
        accumulate,
        learningRate,
        backbone,
        from.weightDecay(),
        from.clip(),
        from.warmUp(),
        Schedule.DROP,
        from.dropAt(),
        average,
        frozen,
        from.mirrored(),
        List.of(0.8, 1.0),
        from.cropped(),
        validationShare,
        seed,
        from.dtype());
  }

  TestingSettings learningRate(double rate) {
    DetectorSettings s = settings;
    return new TestingSettings(
        with(
            s,
            s.epochs(),
            s.batch(),
            s.accumulate(),
            rate,
            rate / 10,
            s.frozen(),
            s.average(),
            s.validationShare(),
            s.seed()));
  }

  TestingSettings batch(int images) {
    DetectorSettings s = settings;
    return new TestingSettings(
        with(
            s,
            s.epochs(),
            images,
            Math.max(1, images / 2),
            s.learningRate(),
            s.backboneLearningRate(),
            s.frozen(),
            s.average(),
            s.validationShare(),
            s.seed()));
  }

  TestingSettings frozen(Set<FrozenPart> parts) {
    DetectorSettings s = settings;
    return new TestingSettings(
        with(
            s,
            s.epochs(),
            s.batch(),
            s.accumulate(),
            s.learningRate(),
            s.backboneLearningRate(),
            parts,
            s.average(),
            s.validationShare(),
            s.seed()));
  }

  TestingSettings seed(long seed) {
    DetectorSettings s = settings;
    return new TestingSettings(
        with(
            s,
            s.epochs(),
            s.batch(),
            s.accumulate(),
            s.learningRate(),
            s.backboneLearningRate(),
            s.frozen(),
            s.average(),
            s.validationShare(),
            seed));
  }

  TestingSettings float16() {
    DetectorSettings s = settings;
    return new TestingSettings(
        new DetectorSettings(
            s.epochs(),
            s.batch(),
            s.accumulate(),
            s.learningRate(),
            s.backboneLearningRate(),
            s.weightDecay(),
            s.clip(),
            s.warmUp(),
            s.schedule(),
            s.dropAt(),
            s.average(),
            s.frozen(),
            s.mirrored(),
            s.scales(),
            s.cropped(),
            s.validationShare(),
            s.seed(),
            Dtype.FLOAT16));
  }
}
