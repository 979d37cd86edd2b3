package dev.boxmill.job.session;

import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.image.ResizeRule;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;

/** A detector that is looked through and never changed, as it travels to executors. */
public final class FrozenDetector implements Serializable {

  private static final long serialVersionUID = 1;

  private final DetectorJob job;
  private final Map<Integer, String> labels;
  private final List<Integer> featureChannels;
  private final boolean ofOneSize;
  private final String sha256;

  private FrozenDetector(DetectorJob job, DetectorFiles files) {
    this.job = job;
    this.labels = Map.copyOf(files.architecture().labels());
    this.featureChannels = List.copyOf(files.architecture().featureChannels());
    this.ofOneSize = files.preprocessing().rule() instanceof ResizeRule.Exact;
    this.sha256 = files.sha256();
  }

  /**
   * Checks it on the driver; nothing native is loaded.
   *
   * @param detector as {@code --detector} has it
   * @param precision {@code auto}, {@code fp32}, {@code bf16} or {@code fp16}
   * @throws dev.boxmill.job.BadInputException if it can't be used
   */
  public static FrozenDetector of(String detector, String precision, Configuration hadoop) {
    LabelSettings settings =
        new LabelSettings(
            detector,
            List.of(LabelSettings.NO_REFINER),
            precision,
            0,
            LabelSettings.CHECKPOINT_TOP_K);
    DetectorJob job = new DetectorLabelerProvider().prepare(settings, hadoop);
    try (DetectorFiles files = DetectorFiles.open(DetectorDirectory.local(job.model(), hadoop))) {
      return new FrozenDetector(job, files);
    }
  }

  /** {@link LabelSettings#EMBEDDED} or its URI. */
  public String uri() {
    return job.model();
  }

  /** Class names by label id. */
  public Map<Integer, String> labels() {
    return labels;
  }

  /** Channels of C2 to C5. */
  public List<Integer> featureChannels() {
    return featureChannels;
  }

  /** Whether it looks at all pictures in one size, whatever theirs. */
  public boolean ofOneSize() {
    return ofOneSize;
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
