package dev.boxmill.job.train;

import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.detr.training.StartingPoint;
import dev.boxmill.job.session.FrozenDetector;
import dev.boxmill.job.train.DetectorSettings.FrozenPart;
import dev.boxmill.torchscript.Precision;
import java.io.Serializable;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/**
 * What a training begins with, as it travels to executors: they read the weights from the
 * detector's files.
 *
 * @param training tells trainings apart
 * @param source the detector
 * @param classNames of what it learns, by label
 * @param seed of class heads that are drawn
 * @param frozen parts that stay as they are
 * @param maxPixels images that declare more are refused
 * @param precision that the network computes a step in; its parameters are float32
 */
record TrainedDetector(
    String training,
    FrozenDetector source,
    Map<Integer, String> classNames,
    long seed,
    Set<FrozenPart> frozen,
    long maxPixels,
    Precision precision)
    implements Serializable {

  TrainedDetector {
    classNames = Map.copyOf(classNames);
    frozen = Set.copyOf(frozen);
  }

  /** Opens the detector's files; the caller closes them. */
  DetectorFiles open(Configuration hadoop) {
    return source.open(hadoop);
  }

  /** How it begins; weights are to be read while the files are open. */
  StartingPoint start(DetectorFiles files) {
    StartingPoint start = StartingPoint.of(files, classNames, seed);
    return frozen.isEmpty() ? start : start.with(frozen(start.network()));
  }

  /** BatchNorms of a part that stays as it is don't follow its images either. */
  private TrainingNetwork frozen(TrainingNetwork network) {
    Set<String> prefixes = new HashSet<>();
    Set<String> live = new HashSet<>(network.livePrefixes());
    for (FrozenPart part : frozen) {
      prefixes.addAll(part.prefixes());
      live.removeAll(part.norms());
    }
    return live.equals(network.livePrefixes())
        ? network.withFrozen(prefixes)
        : network.withLiveNorms(live).withFrozen(prefixes);
  }
}
