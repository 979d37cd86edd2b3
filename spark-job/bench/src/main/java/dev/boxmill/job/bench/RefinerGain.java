package dev.boxmill.job.bench;

import dev.boxmill.detr.DetectedBatch;
import dev.boxmill.detr.Detector;
import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.detr.preprocess.ResizedPicture;
import dev.boxmill.image.UnreadableImageException;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.ClassMatching;
import dev.boxmill.job.evaluate.Evaluation;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.evaluate.GroundTruth;
import dev.boxmill.job.evaluate.GroundTruthFile;
import dev.boxmill.job.evaluate.ImageDetections;
import dev.boxmill.job.evaluate.ImageMatcher;
import dev.boxmill.job.evaluate.ImageMatches;
import dev.boxmill.job.evaluate.LabelCategories;
import dev.boxmill.job.evaluate.LabelClass;
import dev.boxmill.job.evaluate.TruthImage;
import dev.boxmill.job.scenes.SceneFolder;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.session.RefinerInput;
import dev.boxmill.refiners.refinebox.RefineBoxFactory;
import dev.boxmill.refiners.spi.RefinerChain;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.Refiners;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;

/**
 * What a RefineBox gains and what it takes: AP by the number of its steps and by the objects' size,
 * and milliseconds for an image.
 */
public final class RefinerGain {

  private static final int MOST_STEPS = 3;

  /** Of scenes that neither detector nor refiner was trained on. */
  private static final int SCENES = 2000;

  private static final long SEED = 90001;

  /** Images by which time is measured, and those before them that only warm up. */
  private static final int TIMED = 200;

  private static final int WARM_UP = 20;
  private static final List<String> NUMBERS =
      List.of("AP", "AP50", "AP75", "APs", "APm", "APl", "AR100");

  private final Detector detector;
  private final GroundTruth truth;
  private final LabelCategories categories;
  private final ImageMatcher matcher = new ImageMatcher(EvaluationStyle.COCO);

  private RefinerGain(Detector detector, GroundTruth truth) {
    this.detector = detector;
    this.truth = truth;
    List<LabelClass> names = new ArrayList<>();
    detector.classNames().forEach((id, name) -> names.add(new LabelClass(id, name)));
    this.categories = LabelCategories.match(names, truth.categories(), ClassMatching.NAME);
  }

  /**
   * Prints a row for each number of steps, 0 to 3, each over all images of the ground truth. AP is
   * of all boxes; milliseconds are the median of single images with the boxes that {@code label}
   * keeps.
   *
   * @param detector a directory
   * @param weights of the refiner; empty: those beside the detector
   * @param images the folder that the ground truth's file names are relative to; null: scenes are
   *     drawn
   */
  public static void run(
      Path detector, Optional<Path> weights, Path images, Path groundTruth, PrintWriter out)
      throws IOException {
    if (images != null) {
      measure(detector, weights, images, groundTruth, out);
      return;
    }
    Path scenes = Files.createTempDirectory("boxmill-scenes-");
    try {
      Path drawn = scenes.resolve("drawn");
      SceneFolder.write(drawn, SCENES, SEED);
      out.printf("%,d scenes, drawn by 'scenes --seed %d'%n", SCENES, SEED);
      measure(detector, weights, drawn.resolve("images"), drawn.resolve("annotations.json"), out);
    } finally {
      FileUtils.deleteDirectory(scenes.toFile());
    }
  }

  private static void measure(
      Path detector, Optional<Path> weights, Path images, Path groundTruth, PrintWriter out)
      throws IOException {
    GroundTruth truth =
        GroundTruthFile.read(groundTruth.toString(), EvaluationStyle.COCO, Configuration::new);
    try (Detector loaded =
        Detector.load(detector, DetectorOptions.NONE, Device.cpu(), Precision.AUTO)) {
      RefinerGain gain = new RefinerGain(loaded, truth);
      Path refiner = weights.orElse(detector.resolve(RefineBoxFactory.WEIGHTS));
      List<RefinerChain> chains = chains(loaded, detector, refiner);
      try {
        List<Double> milliseconds = gain.milliseconds(images, chains);
        gain.print(gain.matches(images, chains), milliseconds, out);
      } finally {
        chains.forEach(RefinerChain::close);
      }
    }
  }

  private static List<RefinerChain> chains(Detector detector, Path directory, Path weights) {
    Refiners refiners = Refiners.find();
    RefinerContext context =
        new RefinerContext(
            detector.classNames(),
            Device.cpu(),
            Precision.AUTO.on(Device.cpu()),
            detector.featureChannels(),
            Optional.of(directory));
    List<RefinerChain> chains = new ArrayList<>();
    for (int steps = 0; steps <= MOST_STEPS; steps++) {
      String spec =
          "%s:weights=%s,steps=%d"
              .formatted(RefineBoxFactory.NAME, weights.toAbsolutePath(), steps);
      chains.add(refiners.open(refiners.parse(List.of(spec)), context));
    }
    return chains;
  }

  /** For each chain, the matches of all images. */
  private List<List<ImageMatches>> matches(Path images, List<RefinerChain> chains)
      throws IOException {
    List<List<ImageMatches>> matches = new ArrayList<>();
    chains.forEach(chain -> matches.add(new ArrayList<>()));
    for (TruthImage image : truth.images()) {
      try (ResizedPicture picture = picture(images.resolve(image.fileName()));
          DetectedBatch batch = detector.detect(List.of(picture), 0, 0)) {
        for (int i = 0; i < chains.size(); i++) {
          List<Detection> refined =
              chains.get(i).refine(RefinerInput.of(detector, batch, List.of(picture))).get(0);
          matches.get(i).add(matcher.match(image.truth(), detections(refined, picture.original())));
        }
      }
    }
    return matches;
  }

  /** For each chain, the median time of the detector and the chain for an image. */
  private List<Double> milliseconds(Path images, List<RefinerChain> chains) throws IOException {
    List<List<Double>> times = new ArrayList<>();
    chains.forEach(chain -> times.add(new ArrayList<>()));
    List<TruthImage> timed = truth.images();
    for (int image = 0; image < Math.min(timed.size(), TIMED); image++) {
      try (ResizedPicture picture = picture(images.resolve(timed.get(image).fileName()))) {
        for (int i = 0; i < chains.size(); i++) {
          double time = milliseconds(picture, chains.get(i));
          if (image >= Math.min(WARM_UP, timed.size() - 1)) {
            times.get(i).add(time);
          }
        }
      }
    }
    return times.stream().map(Median::of).toList();
  }

  private double milliseconds(ResizedPicture picture, RefinerChain chain) {
    long start = System.nanoTime();
    try (DetectedBatch batch =
        detector.detect(List.of(picture), (float) LabelSettings.DEFAULT_MIN_SCORE, 0)) {
      chain.refine(RefinerInput.of(detector, batch, List.of(picture)));
      return (System.nanoTime() - start) / 1e6;
    }
  }

  private ResizedPicture picture(Path file) throws IOException {
    try {
      return detector.resize(detector.decoder().decode(Files.readAllBytes(file)));
    } catch (UnreadableImageException e) {
      throw new BadInputException("Cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private ImageDetections detections(List<Detection> found, ImageSize size) {
    ImageDetections detections = new ImageDetections(found.size());
    for (Detection one : found) {
      Corners box = one.box().corners(size);
      detections.add(
          categories.index(one.labelId(), detector.classNames().get(one.labelId())),
          one.score(),
          box.xMin(),
          box.yMin(),
          box.xMax() - box.xMin(),
          box.yMax() - box.yMin());
    }
    return detections;
  }

  private void print(List<List<ImageMatches>> matches, List<Double> milliseconds, PrintWriter out) {
    out.println("| steps | " + String.join(" | ", NUMBERS) + " | ms |");
    out.println("|---|" + "---:|".repeat(NUMBERS.size() + 1));
    for (int steps = 0; steps < matches.size(); steps++) {
      Map<String, Double> numbers =
          Evaluation.of(EvaluationStyle.COCO, truth.categories(), matches.get(steps)).numbers();
      List<String> cells = new ArrayList<>();
      NUMBERS.forEach(name -> cells.add(String.format(Locale.ROOT, "%.3f", numbers.get(name))));
      cells.add(String.format(Locale.ROOT, "%.1f", milliseconds.get(steps)));
      String label = steps == 0 ? "0 (the detector alone)" : String.valueOf(steps);
      out.println("| " + label + " | " + String.join(" | ", cells) + " |");
    }
    out.flush();
  }
}
