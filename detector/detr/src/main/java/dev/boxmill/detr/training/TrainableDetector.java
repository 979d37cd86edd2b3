package dev.boxmill.detr.training;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.detr.criterion.Criterion;
import dev.boxmill.detr.criterion.DenoisingQueries;
import dev.boxmill.detr.criterion.MatchedPairs;
import dev.boxmill.detr.criterion.Noise;
import dev.boxmill.detr.criterion.SeededNoise;
import dev.boxmill.detr.criterion.SetLosses;
import dev.boxmill.detr.criterion.StepTotals;
import dev.boxmill.detr.training.ParameterLayout.Slice;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import dev.boxmill.torchscript.TorchModule;
import dev.boxmill.torchscript.Weight;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A network of the family with its parameters on a device, which gives the gradient of a batch. One
 * thread at a time may call it.
 *
 * <pre>
 * StepTotals totals = detector.totals(batch);   // plus() those of the step's other batches
 * LossGradient gradient = detector.gradient(batch, totals);
 * adamW.step(row, gradient.values(), schedule, AdamW.CLIP_NORM);
 * detector.write(row);
 * </pre>
 */
public final class TrainableDetector implements AutoCloseable {
  /** What the losses are computed of, among what the program returns. */
  private static final Set<String> PREDICTIONS = Set.of("logits", "boxes", "corners", "places");

  private final StartingPoint start;
  private final ParameterLayout layout;
  private final Statistics statistics;
  private final TorchModule module;
  private final Criterion criterion;
  private final TrainedCheckpoint checkpoint;
  private final Map<String, Tensor> frozen = new HashMap<>();
  private final Map<String, Tensor> trained = new HashMap<>();
  private float[] row;

  private TrainableDetector(StartingPoint start, TorchModule module, Criterion criterion) {
    this.start = start;
    this.layout = ParameterLayout.of(start);
    this.checkpoint = TrainedCheckpoint.of(start, layout);
    this.statistics = checkpoint.statistics();
    this.module = module;
    this.criterion = criterion;
    this.row = layout.read(start.weights());
    for (ExpectedTensor tensor : layout.frozen()) {
      String name = tensor.programName();
      frozen.put("frozen." + name, tensor(start.weights().get(name)));
    }
    upload();
  }

  /** In float32 throughout: {@link #load(StartingPoint, Device, Precision)}. */
  public static TrainableDetector load(StartingPoint start, Device device) {
    return load(start, device, Precision.FP32);
  }

  /**
   * Copies weights to the device; a checkpoint's files may be closed behind that.
   *
   * @param precision of what the network computes between its parameters and its predictions, which
   *     are float32, as losses and the gradient are
   */
  public static TrainableDetector load(StartingPoint start, Device device, Precision precision) {
    TrainingNetwork network = start.network();
    TorchModule module =
        network.program().with(Convolutions.DIFFERENTIABLE).loadWithoutWeights(device, precision);
    return new TrainableDetector(start, module, Criterion.load(network.criterion(), device));
  }

  private Tensor tensor(Weight weight) {
    return module.tensor(
        weight.values(), weight.shape().stream().mapToLong(Long::longValue).toArray());
  }

  private void upload() {
    trained.values().forEach(Tensor::close);
    for (Slice slice : layout.slices()) {
      FloatBuffer values = FloatBuffer.wrap(row, slice.first(), slice.count()).slice();
      trained.put("trained." + slice.programName(), module.tensor(values, slice.sizes()));
    }
  }

  /** What it began with. */
  public StartingPoint start() {
    return start;
  }

  /** What is trained, and where in the row it lies. */
  public ParameterLayout layout() {
    return layout;
  }

  /** A copy of all parameters. */
  public float[] read() {
    return row.clone();
  }

  /**
   * Replaces all parameters.
   *
   * @param parameters kept, not copied: whoever changes them writes them again
   */
  public void write(float[] parameters) {
    if (parameters.length != row.length) {
      throw new IllegalArgumentException(
          "Invalid parameters: %d numbers (must be %d)".formatted(parameters.length, row.length));
    }
    row = parameters;
    upload();
  }

  /**
   * All tensors that the network reads, trained and frozen, under each of their names in the
   * checkpoint: views of the row of parameters, which later writing changes.
   */
  public Map<String, Weight> tensors() {
    return checkpoint.tensors(row);
  }

  /** Running means and variances of live BatchNorms, a copy; empty where none are live. */
  public float[] runningStatistics() {
    return checkpoint.runningStatistics();
  }

  /** Replaces the running means and variances. */
  public void writeStatistics(float[] running) {
    checkpoint.writeStatistics(running);
  }

  /**
   * Moves the running means and variances a tenth of the way to a step's.
   *
   * @param ofStep the mean of its batches' {@link LossGradient#statistics}, weighted by images
   */
  public void follow(float[] ofStep) {
    writeStatistics(TrainedCheckpoint.followed(runningStatistics(), ofStep));
  }

  /** What the losses of a batch are divided by, if it is the whole step. */
  public StepTotals totals(TrainingBatch batch) {
    List<Integer> objects = batch.objects().stream().map(List::size).toList();
    return StepTotals.of(objects, start.network().queries());
  }

  /**
   * The batch's losses and their gradient.
   *
   * @param totals of all batches of the step
   */
  public LossGradient gradient(TrainingBatch batch, StepTotals totals) {
    return gradient(batch, totals, new SeededNoise(batch.seeds(), start.classes()));
  }

  /** The same with noise that was drawn elsewhere. */
  LossGradient gradient(TrainingBatch batch, StepTotals totals, Noise.Source noise) {
    double[] sums = new double[layout.count()];
    BatchLosses losses = addGradient(batch, totals, noise, sums);
    float[] values = new float[sums.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) sums[i];
    }
    return new LossGradient(losses, values);
  }

  /**
   * The batch's losses. Their gradient is added to the sums.
   *
   * @param totals of all batches of the step
   * @param sums a number for each of the parameters' row
   */
  public BatchLosses addGradient(TrainingBatch batch, StepTotals totals, double[] sums) {
    return addGradient(batch, totals, new SeededNoise(batch.seeds(), start.classes()), sums);
  }

  private BatchLosses addGradient(
      TrainingBatch batch, StepTotals totals, Noise.Source noise, double[] sums) {
    Optional<DenoisingQueries> denoising = denoising(batch, totals, noise);
    return predicted(
        batch,
        denoising,
        recorded -> {
          Map<String, Tensor> predictions = predictions(recorded);
          Map<String, MatchedPairs> matched = criterion.match(predictions, batch.objects());
          try (SetLosses losses =
              criterion.losses(predictions, matched, denoising, batch.objects(), totals)) {
            addSlopes(recorded, losses, sums);
            return new BatchLosses(
                AuthorsNames.of(losses.byName()), losses.total(), statistics.ofBatch(recorded));
          }
        });
  }

  /** Which predictions of each set stand for which objects. */
  Map<String, MatchedPairs> matched(TrainingBatch batch, StepTotals totals, Noise.Source noise) {
    return predicted(
        batch,
        denoising(batch, totals, noise),
        recorded -> criterion.match(predictions(recorded), batch.objects()));
  }

  private Optional<DenoisingQueries> denoising(
      TrainingBatch batch, StepTotals totals, Noise.Source noise) {
    return start
        .network()
        .denoising()
        .flatMap(
            settings ->
                DenoisingQueries.of(
                    settings, batch.objects(), totals.mostObjects(), start.classes(), noise));
  }

  private <T> T predicted(
      TrainingBatch batch, Optional<DenoisingQueries> denoising, Function<Tensors, T> use) {
    Map<String, Tensor> given = new HashMap<>();
    denoising.ifPresent(queries -> given.putAll(queries.tensors(module)));
    given.put("pixels", module.tensor(batch.pixels(), batch.shape()));
    Map<String, Tensor> inputs = new HashMap<>(given);
    inputs.putAll(trained);
    inputs.putAll(frozen);
    try (Tensors recorded = module.runRecorded("predict_recorded", inputs)) {
      return use.apply(recorded);
    } finally {
      given.values().forEach(Tensor::close);
    }
  }

  private static Map<String, Tensor> predictions(Tensors recorded) {
    Map<String, Tensor> predictions = new HashMap<>(recorded);
    predictions.keySet().removeIf(name -> !PREDICTIONS.contains(name.replaceFirst("\\..*", "")));
    return predictions;
  }

  private void addSlopes(Tensors recorded, SetLosses losses, double[] sums) {
    Map<String, Tensor> inputs = new HashMap<>(recorded);
    inputs.putAll(losses.slopes());
    try (Tensors gradients = module.runRecorded("slopes", inputs)) {
      for (Slice slice : layout.slices()) {
        Tensor found = gradients.get("gradient." + slice.programName());
        if (found != null) {
          add(found.floats(), sums, slice.first());
        }
      }
    }
  }

  private static void add(float[] values, double[] sums, int first) {
    for (int i = 0; i < values.length; i++) {
      sums[first + i] += values[i];
    }
  }

  @Override
  public void close() {
    criterion.close();
    module.close();
  }
}
