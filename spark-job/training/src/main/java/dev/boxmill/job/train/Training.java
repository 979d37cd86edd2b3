package dev.boxmill.job.train;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.evaluate.GroundTruth;
import dev.boxmill.job.evaluate.GroundTruthFile;
import dev.boxmill.job.run.ExecutorPrecision;
import dev.boxmill.job.session.FrozenDetector;
import dev.boxmill.job.table.Version;
import dev.boxmill.job.train.TrainingState.TrainingPosition;
import dev.boxmill.refiners.refinebox.training.InitialParameters;
import dev.boxmill.refiners.refinebox.training.ParameterLayout;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** One training, from the request to the best weights. Runs on the driver. */
public final class Training {

  private final TrainingRequest request;
  private final FrozenDetector detector;
  private final TrainingSet set;
  private final RefinerFolder weights;
  private final TrainingFolder folder;
  private final TrainingJob job;
  private final ParameterLayout layout;
  private final float[] first;
  private final TrainingIdentity identity;
  private final PrintStream console;
  private long savedNanos = System.nanoTime();

  /**
   * Reads and checks everything that the request names; trains nothing yet.
   *
   * @param console for decisions and progress
   * @throws BadInputException if the request can't work
   */
  public Training(SparkSession spark, TrainingRequest request, PrintStream console) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    this.request = request;
    this.console = console;
    this.weights = RefinerFolder.at(request.output(), request.existing(), hadoop);
    this.folder = weights.folder();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.detector =
        FrozenDetector.of(request.detector(), hadoop)
            .withAuto(() -> ExecutorPrecision.agreed(context));
    GroundTruth truth =
        GroundTruthFile.read(request.groundTruth(), EvaluationStyle.COCO, () -> hadoop);
    this.set =
        TrainingSet.of(
            truth,
            TrainingSet.files(spark, request.inputs()),
            detector.classNames(),
            request.matching(),
            request.settings().validationShare());
    this.layout = ParameterLayout.of(detector.featureChannels());
    this.job = new TrainingJob(context, context.defaultParallelism(), detector);
    this.first = first();
    this.identity = identity();
  }

  private float[] first() {
    return request
        .startFrom()
        .map(file -> layout.read(file, detector.featureChannels()))
        .orElseGet(
            () ->
                InitialParameters.draw(
                    layout, request.settings().seed(), request.settings().firstMove()));
  }

  private TrainingIdentity identity() {
    Map<String, String> decisive = new LinkedHashMap<>(detector.settings());
    decisive.put("detector", detector.uri() + " (" + detector.sha256() + ")");
    decisive.putAll(request.settings().named());
    decisive.put(
        "start-from",
        request.startFrom().map(file -> file + " (" + Arrays.hashCode(first) + ")").orElse("none"));
    decisive.put("training images", content(set.training()));
    decisive.put("held-out images", content(set.validationImages()));
    return new TrainingIdentity(decisive);
  }

  private static String content(List<AnnotatedImage> images) {
    String lines = images.stream().map(AnnotatedImage::toString).collect(Collectors.joining("\n"));
    return images.size() + " (" + DigestUtils.sha256Hex(lines) + ")";
  }

  /**
   * Trains, or goes on where an earlier run of the same training stopped.
   *
   * @return where the best weights lie
   * @throws BadInputException if another training lies in the output folder, or its state is
   *     damaged
   * @throws IllegalStateException if the detector's weights changed
   */
  public TrainingOutcome run() throws IOException {
    TrainingState state = begin();
    describe();
    SortedSet<String> before = job.weightsInMemory();
    refuseChange(before, before);
    folder.saveProvenance(provenance(before.first(), null, state.place().results()));
    while (state.place().epoch() <= request.settings().epochs()) {
      trainEpoch(state);
      endEpoch(state);
    }
    SortedSet<String> after = job.weightsInMemory();
    refuseChange(before, after);
    folder.saveProvenance(provenance(before.first(), after.first(), state.place().results()));
    folder.finish(console::println);
    return new TrainingOutcome(
        folder.uri(),
        state.place().results(),
        set.training().size(),
        set.validationImages().size());
  }

  private TrainingState begin() throws IOException {
    folder.refuseOther(identity);
    Optional<TrainingState> resumed = weights.resume(layout);
    folder.own();
    if (resumed.isEmpty()) {
      return TrainingState.start(first, layout, identity.hash());
    }
    TrainingPosition place = resumed.get().place();
    console.printf(
        "Goes on at epoch %d, step %d of the training in %s%n",
        place.epoch(), place.step(), folder.uri());
    return resumed.get();
  }

  private void describe() {
    console.printf(
        "%,d images to train on, %,d held out; detector %s, frozen; %,d weights to train%n",
        set.training().size(), set.validationImages().size(), detector.uri(), layout.count());
    set.leftOutSentences().forEach(sentence -> console.println("Left out: " + sentence));
  }

  private void trainEpoch(TrainingState state) throws IOException {
    TrainingSettings settings = request.settings();
    List<List<ImageGroup>> batches = batches(state.place().epoch());
    long all = (long) settings.epochs() * batches.size();
    TrainingProgress progress = new TrainingProgress(settings.epochs(), batches.size(), console);
    for (int step = state.place().step(); step < batches.size(); step++) {
      PartialGradient gradient = job.gradient(batches.get(step), state.row());
      gradient.lost().forEach(console::println);
      if (gradient.boxes() > 0) {
        double rate = settings.learningRate(state.place().steps(), all);
        state.step(gradient, rate, settings.average());
      } else {
        state.skip();
      }
      TrainingPosition place = state.place();
      double loss = place.loss() / Math.max(1, place.boxes());
      progress.step(place.epoch(), place.step(), loss, ImageGroup.images(batches.get(step)));
      saveNowAndThen(state);
    }
    progress.end();
  }

  /** The epoch's order is drawn by seed and epoch alone. A batch is a list of groups. */
  private List<List<ImageGroup>> batches(int epoch) {
    TrainingSettings settings = request.settings();
    List<Integer> order = new ArrayList<>();
    for (int image = 0; image < set.training().size(); image++) {
      order.add(image);
    }
    Collections.shuffle(order, new Random(settings.seed() + 31L * epoch));
    List<List<ImageGroup>> batches = new ArrayList<>();
    for (int first = 0; first < order.size(); first += settings.batch()) {
      int end = Math.min(order.size(), first + settings.batch());
      List<ImageGroup> groups = new ArrayList<>();
      for (int start = first; start < end; start += ImageGroup.SIZE) {
        groups.add(
            group(order.subList(start, Math.min(end, start + ImageGroup.SIZE)), epoch, start));
      }
      batches.add(groups);
    }
    return batches;
  }

  private ImageGroup group(List<Integer> images, int epoch, int number) {
    List<AugmentedImage> augmented = new ArrayList<>();
    for (int image : images) {
      Augmentation augmentation = Augmentation.draw(request.settings(), epoch, image, number);
      augmented.add(new AugmentedImage(set.training().get(image), augmentation));
    }
    return new ImageGroup(augmented);
  }

  private void saveNowAndThen(TrainingState state) throws IOException {
    if (System.nanoTime() - savedNanos >= request.saveEvery().toNanos()) {
      weights.save(state);
      savedNanos = System.nanoTime();
    }
  }

  /** Best weights first, then the state: a kill in between only repeats the validation. */
  private void endEpoch(TrainingState state) throws IOException {
    List<ValidatedImage> images =
        job.validate(set.validationImages(), set.validation(), state.average());
    TrainingPosition place = state.place();
    double ap = Validation.ap(images, set.categories(), ValidatedImage::refined);
    long all = (long) request.settings().epochs() * Math.max(1, place.step());
    EpochResult result =
        new EpochResult(
            place.epoch(),
            place.steps(),
            request.settings().learningRate(place.steps() - 1, all),
            place.loss() / Math.max(1, place.boxes()),
            Validation.ap(images, set.categories(), ValidatedImage::detector),
            ap,
            ap > place.bestAp());
    if (result.best()) {
      weights.saveBest(state.average(), layout, metadata(result));
    }
    state.endEpoch(result);
    folder.saveCurve(EpochResult.curve(state.place().results()));
    weights.save(state);
    console.printf(
        "epoch %d: loss %.4f · AP %.4f (detector alone %.4f)%s%n",
        result.epoch(),
        result.loss(),
        result.ap(),
        result.detectorAp(),
        result.best() ? " · best so far, kept" : "");
  }

  private Map<String, String> metadata(EpochResult result) {
    return Map.of(
        "made_by", "boxmill " + Version.text(),
        "training", identity.hash(),
        "detector_sha256", detector.sha256(),
        "epoch", String.valueOf(result.epoch()),
        "validation_ap", String.valueOf(result.ap()));
  }

  private void refuseChange(SortedSet<String> before, SortedSet<String> after) {
    if (after.size() != 1 || !after.equals(before)) {
      throw new IllegalStateException(
          "The detector is not frozen: its weights in memory were %s, now they are %s"
              .formatted(before, after));
    }
  }

  private Provenance provenance(String before, String after, List<EpochResult> results) {
    return new Provenance(
        Version.text(),
        identity,
        detector.uri(),
        detector.sha256(),
        detector.precision().optionValue(),
        request.groundTruth(),
        request.inputs(),
        request.startFrom().map(Path::toString).orElse(null),
        set.training().size(),
        set.training().stream().mapToLong(image -> image.objects().size()).sum(),
        set.validationImages().size(),
        set.leftOutSentences(),
        request.settings(),
        before,
        after,
        results);
  }
}
