package dev.boxmill.job.session;

import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.image.Decoding;
import dev.boxmill.job.table.TableProvenance;
import dev.boxmill.job.tiles.Tiling;
import dev.boxmill.refiners.spi.RefinerSpec;
import dev.boxmill.torchscript.Precision;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Checked settings of a run, as they travel to executors.
 *
 * @param model {@link LabelSettings#EMBEDDED} or the URI of a directory or {@code .pth} on any
 *     Hadoop filesystem
 * @param options what the checkpoint doesn't tell
 * @param chain the refiners in order, every option spelled out
 * @param topK boxes per image at most; {@link #CHECKPOINT_TOP_K}: what the checkpoint says
 * @param maxPixels images that declare more are refused; no part of the fingerprint, as it changes
 *     no label
 * @param tiling how pictures are cut
 * @param decoding how much of their files is decoded
 * @param passes how often the detector's transformer runs for an image
 * @param settings all that decides a row's labels, by name
 */
record DetectorJob(
    String model,
    DetectorOptions options,
    List<RefinerSpec> chain,
    Precision precision,
    float minScore,
    int topK,
    long maxPixels,
    Tiling tiling,
    Decoding decoding,
    int passes,
    Map<String, String> settings)
    implements PreparedLabeler {

  static final int CHECKPOINT_TOP_K = 0;

  /** The setting that holds the hash of the detector's files. */
  static final String DETECTOR = TableProvenance.DETECTOR;

  DetectorJob {
    chain = List.copyOf(chain);
    settings = new LinkedHashMap<>(settings);
  }

  /** The same labels by another record of what decides them. */
  DetectorJob withSettings(Map<String, String> changed) {
    return new DetectorJob(
        model, options, chain, precision, minScore, topK, maxPixels, tiling, decoding, passes,
        changed);
  }

  @Override
  public DetectorJob withAuto(Supplier<Precision> auto) {
    if (precision != Precision.AUTO) {
      return this;
    }
    Precision chosen = auto.get();
    Map<String, String> changed = new LinkedHashMap<>(settings);
    changed.put(TableProvenance.PRECISION, chosen.optionValue());
    return new DetectorJob(
        model, options, chain, chosen, minScore, topK, maxPixels, tiling, decoding, passes,
        changed);
  }

  /** SHA-256 of the detector's files. */
  String detectorSha256() {
    return settings.get(DETECTOR);
  }

  @Override
  public String fingerprint() {
    String lines =
        settings.entrySet().stream()
            .map(setting -> setting.getKey() + " " + setting.getValue())
            .collect(Collectors.joining("\n"));
    return DigestUtils.sha256Hex(lines);
  }

  @Override
  public String refiners() {
    return chain.stream().map(RefinerSpec::toString).collect(Collectors.joining(" "));
  }

  @Override
  public List<String> notes() {
    return PromptNotes.of(options.prompt(), passes);
  }

  @Override
  public ImageLabeler open(ExecutorSlot slot, StageTimes times) {
    return times.time(Stage.LOAD, () -> ResidentDetector.hold(this, slot)).labeler(times);
  }
}
