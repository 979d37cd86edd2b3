package dev.boxmill.job.train;

import dev.boxmill.detr.image.ResizedPicture;
import dev.boxmill.job.session.ResidentDetector;
import dev.boxmill.refiners.refinebox.training.GradientNetwork;
import dev.boxmill.refiners.refinebox.training.GradientNetwork.Weights;
import dev.boxmill.refiners.refinebox.training.LossGradient;
import dev.boxmill.refiners.refinebox.training.MatchedBox;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/** An executor's share of a step. */
final class GradientTask implements FlatMapFunction<Iterator<PosedImage>, PartialGradient> {

  private static final long serialVersionUID = 1;

  /** Detections themselves are not asked for. */
  private static final float NO_DETECTION = 1;

  private final TrainingTask task;
  private final Broadcast<float[]> row;

  GradientTask(TrainingTask task, Broadcast<float[]> row) {
    this.task = task;
    this.row = row;
  }

  @Override
  public Iterator<PartialGradient> call(Iterator<PosedImage> images) {
    PartialGradient sum = task.lend(resident -> sum(resident, images));
    return List.of(sum).iterator();
  }

  private PartialGradient sum(ResidentDetector resident, Iterator<PosedImage> images) {
    PartialGradient sum = new PartialGradient(row.value().length);
    GradientNetwork network =
        ResidentTrainer.of(resident.device(), task.detector().featureChannels());
    try (Weights weights = network.weights(row.value())) {
      new SeenImages(resident, task.hadoop())
          .forEach(
              images,
              (image, picture) ->
                  gradient(resident, network, weights, image, picture).ifPresent(sum::add),
              sum::addLost);
    }
    return sum;
  }

  private static Optional<LossGradient> gradient(
      ResidentDetector resident,
      GradientNetwork network,
      Weights weights,
      PosedImage image,
      ResizedPicture picture) {
    return resident.look(
        List.of(picture),
        NO_DETECTION,
        sight -> {
          List<MatchedBox> matched =
              BoxMatcher.match(
                  sight.batch().predictions(), 0, image.image().objects(), image.pose());
          return matched.isEmpty()
              ? Optional.empty()
              : Optional.of(checked(image, network.gradient(weights, sight.features(), matched)));
        });
  }

  private static LossGradient checked(PosedImage image, LossGradient gradient) {
    if (!Double.isFinite(gradient.loss())) {
      throw new ArithmeticException(
          "The loss of %s is %s (a lower --learning-rate, or --precision fp32, may help)"
              .formatted(image.image().file().uri(), gradient.loss()));
    }
    return gradient;
  }
}
