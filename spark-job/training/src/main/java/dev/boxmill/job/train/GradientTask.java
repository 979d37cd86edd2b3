package dev.boxmill.job.train;

import dev.boxmill.job.session.ResidentDetector;
import dev.boxmill.refiners.refinebox.training.GradientNetwork;
import dev.boxmill.refiners.refinebox.training.GradientNetwork.Weights;
import dev.boxmill.refiners.refinebox.training.LossGradient;
import dev.boxmill.refiners.refinebox.training.MatchedBox;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/** An executor's share of a step. */
final class GradientTask implements FlatMapFunction<Iterator<ImageGroup>, PartialGradient> {

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
  public Iterator<PartialGradient> call(Iterator<ImageGroup> groups) {
    PartialGradient sum = task.lend(resident -> sum(resident, groups));
    return List.of(sum).iterator();
  }

  private PartialGradient sum(ResidentDetector resident, Iterator<ImageGroup> groups) {
    PartialGradient sum = new PartialGradient(row.value().length);
    GradientNetwork network =
        ResidentTrainer.of(resident.device(), task.detector().featureChannels());
    try (Weights weights = network.weights(row.value())) {
      while (groups.hasNext()) {
        try (LoadedGroup group = LoadedGroup.read(groups.next(), resident, task.hadoop())) {
          group.lost().forEach(sum::addLost);
          for (List<LoadedImage> ofOneSize : group.byPixels()) {
            gradient(resident, network, weights, ofOneSize).ifPresent(sum::add);
          }
        }
      }
    }
    return sum;
  }

  private static Optional<LossGradient> gradient(
      ResidentDetector resident,
      GradientNetwork network,
      Weights weights,
      List<LoadedImage> images) {
    return resident.forward(
        images.stream().map(LoadedImage::picture).toList(),
        NO_DETECTION,
        result -> {
          List<MatchedBox> matched = new ArrayList<>();
          for (int i = 0; i < images.size(); i++) {
            matched.addAll(
                BoxMatcher.match(result.batch().predictions(), i, images.get(i).image()));
          }
          return matched.isEmpty()
              ? Optional.empty()
              : Optional.of(
                  checked(images, network.gradient(weights, result.found().features(), matched)));
        });
  }

  private static LossGradient checked(List<LoadedImage> images, LossGradient gradient) {
    if (!Double.isFinite(gradient.loss())) {
      throw new ArithmeticException(
          "The loss of %s is %s (a lower --learning-rate, or --precision fp32, may help)"
              .formatted(
                  images.stream().map(one -> one.image().image().file().uri()).toList(),
                  gradient.loss()));
    }
    return gradient;
  }
}
