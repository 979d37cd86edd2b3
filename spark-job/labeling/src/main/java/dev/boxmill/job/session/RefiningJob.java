package dev.boxmill.job.session;

import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.words.Prompt;
import dev.boxmill.image.Decoding;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.table.TableProvenance;
import dev.boxmill.job.table.Version;
import dev.boxmill.job.tiles.Tiling;
import dev.boxmill.refiners.spi.RefinerConfigurationException;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerSpec;
import dev.boxmill.refiners.spi.Refiners;
import dev.boxmill.torchscript.Precision;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;

/**
 * Another chain of refiners, or another threshold, over the boxes of a label table. Its settings,
 * and so its fingerprint, are those of labeling the images again.
 *
 * @param job the detector that made the table, with the new refiners and threshold
 * @param usesFeatures whether a refiner looks at feature maps, so that images are read again
 * @param classNames by label id
 * @param featureChannels of C2 to C5
 */
public record RefiningJob(
    DetectorJob job,
    boolean usesFeatures,
    Map<Integer, String> classNames,
    List<Integer> featureChannels)
    implements PreparedLabeler {

  /** The setting that says what left out boxes of the table before this run. */
  private static final String CANDIDATES = "candidates";

  private static final String REFINERS = "refiners";

  private static final String MERGE = "merge-duplicates";

  private static final Map<String, Path> LOCAL_DETECTORS = new ConcurrentHashMap<>();

  public RefiningJob {
    classNames = Map.copyOf(classNames);
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
  public record RefineOptions(
      String detector, List<String> refiners, OptionalDouble minScore, long maxPixels) {}

  /**
   * Checks on the driver that the table has all that is needed; nothing native is loaded.
   *
   * @throws dev.boxmill.job.error.BadInputException if it has not, or the detector or a refiner is
   *     wrong
   */
  public static RefiningJob of(
      TableProvenance provenance, RefineOptions options, Configuration hadoop) {
    Refiners refiners = Refiners.find();
    String merged = merged(provenance, refiners);
    DetectorJob job =
        withoutDuplicates(
            detector(provenance, settings(provenance, options), hadoop), merged, provenance);
    Path local = DetectorLocation.local(job.model(), hadoop);
    boolean usesFeatures = refiners.useFeatures(job.chain());
    if (usesFeatures && job.tiling().isOn()) {
      throw provenance.refusal(
          "its boxes were joined from tiles, which " + job.refiners() + " can't look at again",
          "label the images again with --tiles and these refiners, which then work on tiles");
    }
    try (DetectorFiles files = DetectorFiles.open(local, job.options())) {
      return new RefiningJob(
          job,
          usesFeatures,
          files.architecture().classNames(),
          files.architecture().featureChannels());
    }
  }

  /**
   * A refiner that drops boxes, or changes scores, leaves less than the detector found; one that
   * leaves out duplicates alone leaves all objects.
   *
   * @return what left out duplicates of the table; blank if nothing did
   */
  private static String merged(TableProvenance provenance, Refiners refiners) {
    try {
      List<RefinerSpec> chain = specs(provenance.refiners(), refiners);
      List<RefinerSpec> merging = chain.stream().filter(spec -> spec.name().equals(MERGE)).toList();
      List<RefinerSpec> others = chain.stream().filter(spec -> !spec.name().equals(MERGE)).toList();
      if (refiners.onlyMove(others)) {
        return merging.stream().map(RefinerSpec::toString).collect(Collectors.joining(" "));
      }
    } catch (RefinerConfigurationException unknown) {
      // Nobody knows what it did.
    }
    throw provenance.refusal(
        "its refiners, " + provenance.refiners() + ", may have dropped boxes or changed scores",
        "refine labels that were made with --refiner none, or with refiners that only move boxes or"
            + " merge duplicates, such as refinebox");
  }

  private static List<RefinerSpec> specs(String chain, Refiners refiners) {
    return chain.isEmpty() ? List.of() : refiners.parse(List.of(chain.split(" ")));
  }

  /**
   * The same chain again gives the same boxes; another one gives others than it would of all that
   * the detector found, and the record says so.
   */
  private static DetectorJob withoutDuplicates(
      DetectorJob job, String merged, TableProvenance provenance) {
    String before = provenance.settings().getOrDefault(CANDIDATES, "");
    boolean sameChain =
        provenance.setting(REFINERS).equals(job.settings().get(REFINERS)) && before.isEmpty();
    String joined = job.tiling().isOn() && before.isEmpty() ? "joined from tiles" : before;
    String candidates = merged.isEmpty() ? joined : "after " + merged;
    if (sameChain || candidates.isEmpty()) {
      return job;
    }
    Map<String, String> settings = new LinkedHashMap<>(job.settings());
    settings.put(CANDIDATES, candidates);
    return job.withSettings(settings);
  }

  /**
   * What duplicates were left out by before this run; empty if none were, or it makes no matter.
   */
  public Optional<String> candidates() {
    return Optional.ofNullable(job.settings().get(CANDIDATES));
  }

  private static LabelSettings settings(TableProvenance provenance, RefineOptions options) {
    float before = provenance.minScore();
    float now = (float) options.minScore().orElse(before);
    if (now < before) {
      throw provenance.refusal(
          "it has no boxes that score " + before + " or less, and --min-score is " + now,
          "label the images again with a lower --min-score");
    }
    int topK = Integer.parseInt(provenance.setting("top-k"));
    String architecture = provenance.setting("architecture");
    return LabelSettings.DEFAULTS
        .withDetector(options.detector().isEmpty() ? provenance.model() : options.detector())
        .withRefiners(options.refiners())
        .withPrecision(Precision.of(provenance.setting(TableProvenance.PRECISION)))
        .withMinScore(now)
        .withTopK(topK == DetectorJob.CHECKPOINT_TOP_K ? OptionalInt.empty() : OptionalInt.of(topK))
        .withArchitecture(architecture.isEmpty() ? Optional.empty() : Optional.of(architecture))
        .withPrompt(prompt(provenance))
        .withMaxPixels(options.maxPixels())
        .withDecoding(
            Optional.ofNullable(provenance.settings().get(DetectorLabelerProvider.DECODE))
                .map(Decoding::of)
                .orElse(Decoding.FULL))
        .withTiling(
            Optional.ofNullable(provenance.settings().get(DetectorLabelerProvider.TILES))
                .map(Tiling::parse)
                .orElse(Tiling.NONE));
  }

  private static PromptRequest prompt(TableProvenance provenance) {
    Map<String, String> settings = provenance.settings();
    String threshold = settings.get(DetectorLabelerProvider.TEXT_THRESHOLD);
    return Optional.ofNullable(settings.get(DetectorLabelerProvider.PROMPT))
        .map(
            json ->
                PromptRequest.recorded(
                    json, threshold == null ? Prompt.AS_BOXES : Float.parseFloat(threshold)))
        .orElse(PromptRequest.NONE);
  }

  private static DetectorJob detector(
      TableProvenance provenance, LabelSettings settings, Configuration hadoop) {
    DetectorJob own = DetectorLabelerProvider.job(settings, hadoop);
    if (!own.detectorSha256().equals(provenance.setting(DetectorJob.DETECTOR))) {
      throw provenance.refusal(
          "another detector made it than " + own.model(), "name that one with --detector");
    }
    DetectorJob named =
        own.settings()
                .get(TableProvenance.CLASS_NAMES)
                .equals(provenance.setting(TableProvenance.CLASS_NAMES))
            ? own
            : DetectorLabelerProvider.job(
                settings, provenance.classNames(), files -> own.detectorSha256(), hadoop);
    return named.withSettings(versioned(named.settings(), provenance.setting("boxmill")));
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
  public RefiningJob withAuto(Supplier<Precision> auto) {
    return new RefiningJob(job.withAuto(auto), usesFeatures, classNames, featureChannels);
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
    return new BoxOnlyLabeler(
        times.time(Stage.LOAD, () -> Refiners.find().open(job.chain(), context(slot))),
        job.minScore(),
        classNames,
        times);
  }

  private RefinerContext context(ExecutorSlot slot) {
    Path local =
        LOCAL_DETECTORS.computeIfAbsent(
            job.model(), uri -> DetectorLocation.local(uri, slot.hadoop()));
    return new RefinerContext(
        classNames,
        slot.device(),
        job.precision().on(slot.device()),
        featureChannels,
        DetectorLocation.directory(local),
        Optional.of(job.detectorSha256()));
  }
}
