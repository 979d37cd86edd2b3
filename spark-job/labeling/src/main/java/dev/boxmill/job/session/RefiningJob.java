package dev.boxmill.job.session;

import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.job.source.ImageInput;
import dev.boxmill.job.table.MadeLabels;
import dev.boxmill.job.table.Version;
import dev.boxmill.refiners.spi.RefinerConfigurationException;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.Refiners;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;

/**
 * Another chain of refiners, or another threshold, over the boxes of a label table. Its settings,
 * and so its fingerprint, are those of labelling the images anew.
 *
 * @param job the detector that made the table, with the new refiners and threshold
 * @param usesFeatures whether a refiner looks at feature maps, so that images are read again
 * @param labels class names by label id
 * @param featureChannels of C2 to C5
 */
public record RefiningJob(
    DetectorJob job,
    boolean usesFeatures,
    Map<Integer, String> labels,
    List<Integer> featureChannels)
    implements PreparedLabeler {

  private static final Map<String, Path> LOCAL_DETECTORS = new ConcurrentHashMap<>();

  public RefiningJob {
    labels = Map.copyOf(labels);
    featureChannels = List.copyOf(featureChannels);
  }

  /**
   * What a user wants changed.
   *
   * @param detector where the table's detector lies now; empty: where it lay
   * @param refiners as {@link LabelSettings#refiners}
   * @param minScore empty: the table's
   * @param maxPixels as {@link LabelSettings#maxPixels}
   */
  public record Wish(
      String detector, List<String> refiners, OptionalDouble minScore, long maxPixels) {}

  /**
   * Checks on the driver that the table has all that is needed; nothing native is loaded.
   *
   * @throws dev.boxmill.job.error.BadInputException if it has not, or the detector or a refiner is
   *     wrong
   */
  public static RefiningJob of(MadeLabels made, Wish wish, Configuration hadoop) {
    Refiners refiners = Refiners.find();
    requireAllCandidates(made, refiners);
    DetectorJob job = detector(made, settings(made, wish), hadoop);
    Path local = DetectorLocation.local(job.model(), hadoop);
    try (DetectorFiles files = DetectorFiles.open(local, job.options())) {
      return new RefiningJob(
          job,
          refiners.useFeatures(job.chain()),
          files.architecture().labels(),
          files.architecture().featureChannels());
    }
  }

  /** A refiner that drops boxes, or changes scores, leaves less than the detector found. */
  private static void requireAllCandidates(MadeLabels made, Refiners refiners) {
    if (!onlyMoved(made.refiners(), refiners)) {
      throw made.refusal(
          "its refiners, " + made.refiners() + ", may have dropped boxes or changed scores",
          "refine labels that were made with --refiner none, or with refiners that only move boxes,"
              + " such as refinebox");
    }
  }

  private static boolean onlyMoved(String chain, Refiners refiners) {
    if (chain.isEmpty()) {
      return true;
    }
    try {
      return refiners.onlyMove(refiners.parse(List.of(chain.split(" "))));
    } catch (RefinerConfigurationException unknown) {
      return false;
    }
  }

  private static LabelSettings settings(MadeLabels made, Wish wish) {
    float before = made.minScore();
    float now = (float) wish.minScore().orElse(before);
    if (now < before) {
      throw made.refusal(
          "it has no boxes that score " + before + " or less, and --min-score is " + now,
          "label anew with a lower --min-score");
    }
    return new LabelSettings(
        wish.detector().isEmpty() ? made.model() : wish.detector(),
        wish.refiners(),
        made.setting("precision"),
        now,
        Integer.parseInt(made.setting("top-k")),
        made.setting("architecture"),
        LabelSettings.OWN_LABELS,
        wish.maxPixels());
  }

  private static DetectorJob detector(
      MadeLabels made, LabelSettings settings, Configuration hadoop) {
    DetectorJob own = DetectorLabelerProvider.job(settings, hadoop);
    if (!own.settings().get("detector").equals(made.setting("detector"))) {
      throw made.refusal(
          "another detector made it than " + own.model(), "name that one with --detector");
    }
    DetectorJob named =
        own.settings().get("labels").equals(made.setting("labels"))
            ? own
            : DetectorLabelerProvider.job(settings, made.labels(), hadoop);
    return named.withSettings(versioned(named.settings(), made.setting("boxmill")));
  }

  /** Boxes of one version, refined by another, are those of neither alone. */
  private static Map<String, String> versioned(Map<String, String> settings, String before) {
    Map<String, String> versioned = new LinkedHashMap<>(settings);
    if (!before.equals(Version.text())) {
      versioned.put("boxmill", before + ", refined by " + Version.text());
    }
    return versioned;
  }

  @Override
  public String model() {
    return job.model();
  }

  @Override
  public String refiners() {
    return job.refiners();
  }

  @Override
  public String fingerprint() {
    return job.fingerprint();
  }

  @Override
  public Map<String, String> settings() {
    return job.settings();
  }

  /** Each input has its {@link ImageInput#known} row. */
  @Override
  public ImageLabeler open(ExecutorSlot slot, StageTimes times) {
    if (usesFeatures) {
      return new RefiningLabeler(
          times.time(Stage.LOAD, () -> ResidentDetector.hold(job, slot)), times);
    }
    return new UnseenLabeler(
        times.time(Stage.LOAD, () -> Refiners.find().open(job.chain(), context(slot))),
        job.minScore(),
        labels,
        times);
  }

  private RefinerContext context(ExecutorSlot slot) {
    Path local =
        LOCAL_DETECTORS.computeIfAbsent(
            job.model(), uri -> DetectorLocation.local(uri, slot.hadoop()));
    return new RefinerContext(
        labels,
        slot.device(),
        job.precision().on(slot.device()),
        featureChannels,
        DetectorLocation.directory(local));
  }
}
