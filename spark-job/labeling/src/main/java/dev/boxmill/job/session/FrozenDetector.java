package dev.boxmill.job.session;

import dev.boxmill.detr.DetectorFiles;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;

/** A detector that is looked through and never changed, as it travels to executors. */
public final class FrozenDetector implements Serializable {

  private static final long serialVersionUID = 1;

  private final DetectorJob job;
  private final Map<Integer, String> classNames;
  private final List<Integer> featureChannels;
  private final String sha256;

  private FrozenDetector(DetectorJob job, DetectorFiles files) {
    this.job = job;
    this.classNames = Map.copyOf(files.architecture().classNames());
    this.featureChannels = List.copyOf(files.architecture().featureChannels());
    this.sha256 = job.detectorSha256();
  }

  /**
   * Checks it on the driver; nothing native is loaded.
   *
   * @param settings naming no refiner
   * @throws dev.boxmill.job.error.BadInputException if it can't be used
   */
  public static FrozenDetector of(LabelSettings settings, Configuration hadoop) {
    DetectorJob job = DetectorLabelerProvider.job(settings, hadoop);
    Path local = DetectorLocation.local(job.model(), hadoop);
    try (DetectorFiles files = DetectorFiles.open(local, job.options())) {
      return new FrozenDetector(job, files);
    }
  }

  /** {@link LabelSettings#EMBEDDED} or its URI. */
  public String uri() {
    return job.model();
  }

  /** Class names by label id. */
  public Map<Integer, String> classNames() {
    return classNames;
  }

  /** Channels of C2 to C5. */
  public List<Integer> featureChannels() {
    return featureChannels;
  }

  /** Hash of all that decides what it finds. */
  public String fingerprint() {
    return job.fingerprint();
  }

  /** Of its files. */
  public String sha256() {
    return sha256;
  }

  /** Lends the detector that is resident on the task's device; called on an executor. */
  public <T> T lend(ExecutorSlot slot, Function<ResidentDetector, T> use) {
    ResidentDetector resident = ResidentDetector.hold(job, slot);
    try {
      return use.apply(resident);
    } finally {
      resident.release();
    }
  }
}
