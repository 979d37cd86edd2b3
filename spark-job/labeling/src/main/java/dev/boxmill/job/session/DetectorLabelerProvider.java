package dev.boxmill.job.session;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.detr.architecture.ReadingArchitecture;
import dev.boxmill.detr.words.Prompt;
import dev.boxmill.image.Decoding;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.table.TableProvenance;
import dev.boxmill.job.table.Version;
import dev.boxmill.refiners.refinebox.RefineBoxFactory;
import dev.boxmill.refiners.spi.RefinerConfigurationException;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerException;
import dev.boxmill.refiners.spi.RefinerSpec;
import dev.boxmill.refiners.spi.Refiners;
import dev.boxmill.schemas.LabelColumn;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;

/** The driver's checks for runs with a real detector: nothing native is loaded here. */
public final class DetectorLabelerProvider implements LabelerProvider {

  /** The setting that says how pictures were cut; there if they were. */
  static final String TILES = "tiles";

  /** The setting that says how much of a file was decoded; there if that was not all. */
  static final String DECODE = "decode";

  /** The setting that says what the detector was asked for, as JSON; there if it reads. */
  static final String PROMPT = "prompt";

  /** The setting with the score of classes; there if it is not that of boxes. */
  static final String TEXT_THRESHOLD = "text-threshold";

  @Override
  public PreparedLabeler prepare(LabelSettings settings, Configuration hadoop) {
    return job(settings, hadoop);
  }

  static DetectorJob job(LabelSettings settings, Configuration hadoop) {
    Map<Integer, String> names =
        settings.classNames().map(file -> ClassNameFile.read(file, hadoop)).orElse(Map.of());
    return job(settings, names, DetectorFiles::sha256, hadoop);
  }

  /**
   * The same.
   *
   * @param names of classes by index, instead of the settings' file; none: the detector's
   * @param sha256 hashes the detector's files, which takes as long as reading them
   */
  static DetectorJob job(
      LabelSettings settings,
      Map<Integer, String> names,
      Function<DetectorFiles, String> sha256,
      Configuration hadoop) {
    if (settings.tiling().isOn() && settings.decoding() != Decoding.FULL) {
      throw new BadInputException(
          "Cannot cut tiles with --decode scaled: they are cut from all pixels of a picture"
              + " (leave out --tiles or --decode)");
    }
    Refiners refiners = Refiners.find();
    String detector = DetectorLocation.uri(settings.detector(), hadoop);
    DetectorOptions options =
        new DetectorOptions(
            settings.architecture().orElse(""), names, settings.prompt().prompt(hadoop));
    Path local = DetectorLocation.local(detector, hadoop);
    Optional<Path> directory = DetectorLocation.directory(local);
    List<RefinerSpec> chain = parse(refiners, orDefault(settings.refiners(), detector, directory));
    try (DetectorFiles files = DetectorFiles.open(local, options)) {
      files.check();
      String hash = sha256.apply(files);
      return new DetectorJob(
          detector,
          files.options(),
          chain,
          settings.precision(),
          (float) settings.minScore(),
          settings.topK().orElse(DetectorJob.CHECKPOINT_TOP_K),
          settings.maxPixels(),
          settings.tiling(),
          settings.decoding(),
          passes(files),
          decisive(
              files, hash, refiners.fingerprint(chain, context(files, directory, hash)), settings));
    } catch (CheckpointException | RefinerException e) {
      throw new BadInputException(e.getMessage(), e);
    }
  }

  private static int passes(DetectorFiles files) {
    return files.architecture() instanceof ReadingArchitecture reading ? reading.passes() : 1;
  }

  /** With no word on refiners: the one that was trained for this detector, where there is one. */
  private static List<String> orDefault(
      List<String> refiners, String detector, Optional<Path> directory) {
    boolean trained =
        directory.filter(d -> Files.exists(d.resolve(RefineBoxFactory.WEIGHTS))).isPresent();
    if (!refiners.isEmpty() || !trained) {
      return refiners;
    }
    return detector.equals(LabelSettings.EMBEDDED)
        ? LabelSettings.OF_EMBEDDED
        : List.of(RefineBoxFactory.NAME);
  }

  private static RefinerContext context(
      DetectorFiles files, Optional<Path> directory, String sha256) {
    return new RefinerContext(
        files.architecture().classNames(),
        Device.cpu(),
        Precision.FP32,
        files.architecture().featureChannels(),
        directory,
        Optional.of(sha256));
  }

  private static List<RefinerSpec> parse(Refiners refiners, List<String> specs) {
    try {
      return refiners.parse(specs);
    } catch (RefinerConfigurationException e) {
      throw new BadInputException(e.getMessage(), e);
    }
  }

  private static Map<String, String> decisive(
      DetectorFiles files, String sha256, String refiners, LabelSettings settings) {
    Map<String, String> decisive = new LinkedHashMap<>();
    decisive.put("table", String.valueOf(LabelColumn.VERSION));
    decisive.put("boxmill", Version.text());
    decisive.put(DetectorJob.DETECTOR, sha256);
    decisive.put("architecture", settings.architecture().orElse(""));
    decisive.put(
        TableProvenance.CLASS_NAMES, TableProvenance.text(files.architecture().classNames()));
    decisive.put(TableProvenance.PRECISION, settings.precision().optionValue());
    decisive.put("min-score", String.valueOf((float) settings.minScore()));
    decisive.put("top-k", String.valueOf(settings.topK().orElse(DetectorJob.CHECKPOINT_TOP_K)));
    decisive.put("refiners", refiners);
    Prompt prompt = files.options().prompt();
    if (!prompt.isEmpty()) {
      decisive.put(PROMPT, PromptFile.text(prompt));
    }
    if (prompt.textThreshold() != Prompt.AS_BOXES) {
      decisive.put(TEXT_THRESHOLD, String.valueOf(prompt.textThreshold()));
    }
    if (settings.tiling().isOn()) {
      decisive.put(TILES, settings.tiling().toString());
    }
    if (settings.decoding() != Decoding.FULL) {
      decisive.put(DECODE, settings.decoding().optionValue());
    }
    return decisive;
  }
}
