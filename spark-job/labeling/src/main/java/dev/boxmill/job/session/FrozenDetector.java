package dev.boxmill.job.session;

import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.torchscript.Precision;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;

/** A detector that is looked through and never changed, as it travels to executors. */
public final class FrozenDetector implements Serializable {

  private static final long serialVersionUID = 1;

  private final DetectorJob job;
  private final Map<Integer, String> classNames;
  private final List<Integer> featureChannels;
  private final String sha256;

  private FrozenDetector(DetectorJob job, DetectorFiles files) {
    this(
        job,
        Map.copyOf(files.architecture().classNames()),
        List.copyOf(files.architecture().featureChannels()));
  }

  private FrozenDetector(
      DetectorJob job, Map<Integer, String> classNames, List<Integer> featureChannels) {
    this.job = job;
    this.classNames = classNames;
    this.featureChannels = featureChannels;
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

  /**
   * The same, computed with in the precision that executors agree on, where the user named none.
   */
  public FrozenDetector withAuto(Supplier<Precision> auto) {
    return new FrozenDetector(job.withAuto(auto), classNames, featureChannels);
  }

  /** What it computes with. */
  public Precision precision() {
    return job.precision();
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

  /** All that decides what it finds, by name. */
  public Map<String, String> settings() {
    return job.settings();
  }

  /** Of its files. */
  public String sha256() {
    return sha256;
  }

  /**
   * Its files, on the driver or an executor; the caller closes them.
   *
   * @throws dev.boxmill.job.error.BadInputException if they can't be read
   */
  public DetectorFiles open(Configuration hadoop) {
    return DetectorFiles.open(DetectorLocation.local(job.model(), hadoop), job.options());
  }

  /**
   * Lends the detector that is resident on the task's device; called on an executor.
   *
   * @throws LostDeviceException if the device is lost meanwhile
   */
  public <T> T lend(ExecutorSlot slot, Function<ResidentDetector, T> use) {
    ResidentDetector resident = ResidentDetector.hold(job, slot);
    try {
      return use.apply(resident);
    } catch (RuntimeException fault) {
      DeviceFaults.throwIfLost(fault);
      throw fault;
    } finally {
      resident.release();
    }
  }
}
