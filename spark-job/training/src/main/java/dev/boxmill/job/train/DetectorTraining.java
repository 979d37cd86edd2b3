package dev.boxmill.job.train;

import dev.boxmill.detr.criterion.StepTotals;
import dev.boxmill.detr.training.AdamW;
import dev.boxmill.detr.training.TrainedCheckpoint;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.ClassMatching;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.evaluate.GroundTruth;
import dev.boxmill.job.evaluate.GroundTruthFile;
import dev.boxmill.job.evaluate.Reviewed;
import dev.boxmill.job.run.ExecutorPrecision;
import dev.boxmill.job.session.FrozenDetector;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.storage.HadoopSettings;
import dev.boxmill.job.table.Version;
import dev.boxmill.job.train.GradientSum.Report;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** One training of a detector, from the request to the best weights. Runs on the driver. */
public final class DetectorTraining {

  /** Detectors say so of scores and boxes. */
  private static final String NOT_FINITE = "is not finite";

  private final DetectorRequest request;
  private final DetectorSettings settings;
  private final PrintStream console;
  private final Configuration hadoop;
  private final JavaSparkContext spark;
  private final FrozenDetector source;
  private final LearntClasses classes;
  private final Beginning beginning;
  private final List<String> findings;
  private final DetectorSet set;
  private final DetectorStart start;
  private final DetectorFolder folder;
  private final DetectorStart.Place parameters;
  private final DetectorBatches batches;
  private final DetectorValidation validation;
  private final TrainingIdentity identity;
  private long savedNanos = System.nanoTime();

  /**
   * Reads and checks everything that the request names; trains nothing yet.
   *
   * @param console for decisions and progress
   * @throws BadInputException if the request can't work
   */
  public DetectorTraining(SparkSession session, DetectorRequest request, PrintStream console) {
    this(session, request, console, DetectorStart::store);
  }

  /** The same with its parameters in a certain place. */
  DetectorTraining(
      SparkSession session,
      DetectorRequest request,
      PrintStream console,
      DetectorStart.Place parameters) {
    this.parameters = parameters;
    this.request = request;
    this.settings = request.settings();
    this.console = console;
    this.hadoop = session.sparkContext().hadoopConfiguration();
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    LabelSettings asked =
        request.detector().withRefiners(List.of(LabelSettings.NO_REFINER)).withMinScore(0);
    GroundTruth truth = truth(request.groundTruth(), request.reviewed());
    this.findings = truth.findings().sentencesOfTools();
    this.beginning = Beginning.of(request, asked, truth.categories(), hadoop);
    this.source = beginning.detector().withAuto(() -> ExecutorPrecision.agreed(spark));
    this.classes = beginning.classes();
    this.set =
        DetectorSet.of(
            truth,
            request.validationTruth().map(this::validationTruth),
            TrainingSet.files(session, request.inputs()),
            classes.names(),
            classes.areNew() ? ClassMatching.NAME : request.matching(),
            settings.validationShare());
    requireBatch();
    TrainedDetector trained =
        new TrainedDetector(
            UUID.randomUUID().toString(),
            source,
            classes.names(),
            settings.seed(),
            settings.frozen(),
            request.detector().maxPixels(),
            precision());
    this.start = DetectorStart.of(trained, settings, hadoop);
    this.folder = DetectorFolder.at(request, start.directory(), source, hadoop);
    this.batches = new DetectorBatches(settings, set.training(), start.usual());
    this.validation =
        new DetectorValidation(
            spark, set, asked.withDetector(source.uri()).withPrecision(source.precision()), start);
    this.identity = identity();
  }

  /** bfloat16 where it is asked for by name; measuring AP takes any. */
  private Precision precision() {
    return request.detector().precision() == Precision.BF16 ? Precision.BF16 : Precision.FP32;
  }

  private GroundTruth truth(String file, Reviewed reviewed) {
    return GroundTruthFile.read(file, EvaluationStyle.COCO, reviewed, () -> hadoop);
  }

  /** Held-out images may be annotated elsewhere than those that people correct. */
  private GroundTruth validationTruth(String file) {
    boolean all = request.reviewed() == Reviewed.ALL;
    return truth(file, all ? Reviewed.ALL : Reviewed.ONLY_WHERE_TOLD);
  }

  private void requireBatch() {
    if (settings.batch() > set.training().size()) {
      throw new BadInputException(
          "Invalid --batch-size: %d (must be no more than the %d images to train on)"
              .formatted(settings.batch(), set.training().size()));
    }
  }

  private TrainingIdentity identity() {
    Map<String, String> decisive = new LinkedHashMap<>(source.settings());
    decisive.put("trained in", precision().optionValue());
    decisive.put("detector", beginning.name() + " (" + source.sha256() + ")");
    decisive.put("classes", new TreeMap<>(classes.names()) + (classes.areNew() ? ", new" : ""));
    decisive.putAll(settings.named());
    decisive.put("training images", DetectorSet.content(set.training()));
    decisive.put(DetectorFolder.HELD_OUT, DetectorSet.content(set.held()));
    return new TrainingIdentity(decisive);
  }

  /**
   * Trains, or goes on where an earlier run of the same training stopped.
   *
   * @return where the best weights lie
   * @throws BadInputException if another training lies in the output folder, its state is damaged,
   *     or the training diverges
   */
  public DetectorOutcome run() throws IOException {
    folder.training().refuseOther(identity);
    DetectorTask task = new DetectorTask(start.detector(), HadoopSettings.broadcast(spark));
    int tasks = request.slices().orElse(spark.defaultParallelism());
    try (ParameterStore store = parameters.store(start, spark, task, tasks)) {
      describe();
      DetectorPosition place = begin(store);
      folder.training().saveProvenance(provenance(place));
      LostSlices losses = new LostSlices(console);
      while (place.epoch() <= settings.epochs()) {
        DetectorPosition from = place;
        place =
            losses.survived(
                () -> endEpoch(store, trainEpoch(store, from)), () -> saved(store).orElse(from));
      }
      folder.training().saveProvenance(provenance(place));
      DetectorOutcome outcome = outcome(place);
      folder.finish(outcome, identity, console::println);
      beginning.remove(request, hadoop);
      return outcome;
    }
  }

  private DetectorPosition begin(ParameterStore store) throws IOException {
    Optional<DetectorPosition> resumed = saved(store);
    folder.training().own();
    if (resumed.isEmpty()) {
      double before = beginning.isMeasured() ? validation.ap(source) : Double.NaN;
      DetectorPosition first =
          DetectorPosition.start(identity.hash(), before, store.slices(), start.statistics());
      save(store, first);
      return first;
    }
    console.printf(
        "Goes on at epoch %d, step %d of the training in %s%n",
        resumed.get().epoch(), resumed.get().step(), folder.training().uri());
    return resumed.get();
  }

  private Optional<DetectorPosition> saved(ParameterStore store) throws IOException {
    return folder
        .training()
        .resume(
            DetectorPosition.class,
            place -> {
              store.load(folder.training(), place.files());
              return place;
            });
  }

  private void describe() {
    console.printf(
        "%,d images to train on, %,d held out; detector %s; %,d of its weights to train%n",
        set.training().size(), set.held().size(), beginning.name(), start.layout().count());
    findings.forEach(sentence -> console.println("Annotations: " + sentence));
    set.leftOut().forEach(sentence -> console.println("Left out: " + sentence));
    if (beginning.isDrawn()) {
      console.printf(
          "Begins from nothing: all weights are drawn from --seed %d. Classes: %s%n",
          settings.seed(), String.join(", ", new TreeMap<>(classes.names()).values()));
    } else if (classes.areNew()) {
      console.printf(
          "New classes: %s. Random values of --seed %d for %d tensors (%s)%n",
          String.join(", ", new TreeMap<>(classes.names()).values()),
          settings.seed(),
          start.drawn().size(),
          String.join(", ", start.drawn()));
    }
  }

  private DetectorPosition trainEpoch(ParameterStore store, DetectorPosition first)
      throws IOException {
    DetectorPosition place = first;
    List<List<DetectorGroup>> epoch = batches.of(place.epoch());
    TrainingProgress progress = new TrainingProgress(settings.epochs(), epoch.size(), console);
    for (int step = place.step(); step < epoch.size(); step++) {
      place = step(store, place, epoch.get(step), (long) settings.epochs() * epoch.size());
      progress.step(
          place.epoch(), place.step(), place.loss(), DetectorBatches.images(epoch.get(step)));
      if (System.nanoTime() - savedNanos >= request.saveEvery().toNanos()) {
        save(store, place);
        savedNanos = System.nanoTime();
      }
    }
    progress.end();
    return place;
  }

  private DetectorPosition step(
      ParameterStore store, DetectorPosition place, List<DetectorGroup> groups, long steps) {
    StepTotals totals = DetectorBatches.totals(groups, start.queries());
    Report report = store.gradient(groups, totals);
    report.lost().forEach(console::println);
    report.failure().ifPresent(why -> refuse(place, why));
    if (report.images() == 0) {
      return place.afterStep(report, place.statistics());
    }
    double norm = store.norm();
    if (!Double.isFinite(norm)) {
      refuse(place, "the gradient's norm is " + norm);
    }
    store.step(
        new ParameterSlice.Move(
            place.steps(),
            settings.factor(place.steps(), steps),
            AdamW.clipped(norm, settings.clip()),
            settings.average()));
    float[] statistics = place.statistics();
    return place.afterStep(
        report,
        statistics.length == 0
            ? statistics
            : TrainedCheckpoint.followed(statistics, report.statistics()));
  }

  private static void refuse(DetectorPosition place, String why) {
    throw diverged(place, place.step() + 1, why, null);
  }

  private static BadInputException diverged(
      DetectorPosition place, int step, String why, Exception cause) {
    String remedy =
        why.endsWith(")")
            ? ""
            : " (the training has diverged: start it again with a lower --learning-rate or a longer --warm-up)";
    return new BadInputException(
        "Cannot go on with the training at epoch %d, step %d: %s%s"
            .formatted(place.epoch(), step, why, remedy),
        cause);
  }

  private void save(ParameterStore store, DetectorPosition place) throws IOException {
    folder.training().save(place, () -> store.save(folder.training(), place.files()));
  }

  /** Best weights first, then the state: a kill in between only repeats the validation. */
  private DetectorPosition endEpoch(ParameterStore store, DetectorPosition place)
      throws IOException {
    String candidate = folder.candidate(place.epoch());
    store.write(start.directory(), candidate, place.statistics(), metadata(place));
    double ap = ap(candidate, place);
    long all = (long) settings.epochs() * Math.max(1, place.step());
    DetectorEpoch result =
        new DetectorEpoch(
            place.epoch(),
            place.steps(),
            settings.learningRate() * settings.factor(Math.max(0, place.steps() - 1), all),
            place.loss(),
            place.meanLosses(),
            ap,
            ap > place.bestAp());
    if (result.best()) {
      folder.adopt(place.epoch());
    }
    DetectorPosition ended = place.afterEpoch(result);
    folder.training().saveCurve(DetectorEpoch.curve(ended.results(), ended.before()));
    save(store, ended);
    console.printf(
        "epoch %d: loss %.4f · AP %.4f%s%s%n",
        result.epoch(),
        result.loss(),
        result.ap(),
        Double.isNaN(place.before()) ? "" : " (before %.4f)".formatted(place.before()),
        result.best() ? " · best so far, kept" : "");
    return ended;
  }

  private double ap(String candidate, DetectorPosition place) {
    try {
      return validation.ap(candidate, hadoop);
    } catch (Exception broken) { // Spark throws its own past Java's rules
      if (!String.valueOf(broken.getMessage()).contains(NOT_FINITE)) {
        throw broken;
      }
      throw diverged(place, place.step(), "the detector that it came to gives no numbers", broken);
    }
  }

  private Map<String, String> metadata(DetectorPosition place) {
    return Map.of(
        "made_by", "boxmill " + Version.text(),
        "training", identity.hash(),
        "detector_sha256", source.sha256(),
        "epoch", String.valueOf(place.epoch()));
  }

  private DetectorOutcome outcome(DetectorPosition place) {
    return new DetectorOutcome(
        folder.training().uri(),
        folder.labelOptions(request.detector()),
        place.before(),
        beginning.isDrawn(),
        place.results(),
        set.training().size(),
        set.held().size());
  }

  private DetectorProvenance provenance(DetectorPosition place) {
    return new DetectorProvenance(
        Version.text(),
        identity,
        beginning.name(),
        source.sha256(),
        new TreeMap<>(classes.names()),
        start.drawn(),
        request.groundTruth(),
        request.validationTruth().orElse(null),
        request.inputs(),
        set.training().size(),
        set.training().stream().mapToLong(image -> image.objects().size()).sum(),
        set.held().size(),
        set.leftOut(),
        settings,
        Double.isNaN(place.before()) ? null : place.before(),
        place.results());
  }
}
