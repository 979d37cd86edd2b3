package dev.boxmill.job.train;

import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.criterion.DivergedException;
import dev.boxmill.detr.criterion.StepTotals;
import dev.boxmill.detr.criterion.TargetObject;
import dev.boxmill.detr.preprocess.ResizedPicture;
import dev.boxmill.detr.training.BatchLosses;
import dev.boxmill.detr.training.TrainableDetector;
import dev.boxmill.detr.training.TrainingBatch;
import dev.boxmill.detr.training.TrainingPictures;
import dev.boxmill.image.ImageDecoder;
import dev.boxmill.image.UnreadableImageException;
import dev.boxmill.job.images.FileContent;
import dev.boxmill.job.session.ExecutorSlot;
import dev.boxmill.job.train.DetectorGroup.ViewedImage;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.TorchScriptException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** A network in training on a device of an executor, with the way from files to its batches. */
final class ResidentTrainable implements AutoCloseable {

  private final TrainableDetector network;
  private final TrainingPictures pictures;
  private final ImageDecoder decoder;

  private ResidentTrainable(
      TrainableDetector network, TrainingPictures pictures, ImageDecoder decoder) {
    this.network = network;
    this.pictures = pictures;
    this.decoder = decoder;
  }

  static ResidentTrainable load(TrainedDetector detector, ExecutorSlot slot) {
    Device device = slot.device();
    try (DetectorFiles files = detector.open(slot.hadoop())) {
      return new ResidentTrainable(
          TrainableDetector.load(detector.start(files), device, detector.precision()),
          TrainingPictures.load(files.preprocessing(), device),
          new ImageDecoder(detector.maxPixels()));
    }
  }

  /**
   * The gradient of the sum of the groups' losses.
   *
   * @param row of all parameters
   * @param totals of all groups of the step
   * @param zeros one for each parameter, where it is summed up
   */
  GradientSum gradient(
      float[] row,
      List<DetectorGroup> groups,
      StepTotals totals,
      Configuration hadoop,
      double[] zeros) {
    network.write(row);
    GradientSum sum = new GradientSum(zeros);
    for (DetectorGroup group : groups) {
      if (sum.report().failure().isEmpty()) {
        add(group, totals, hadoop, sum);
      }
    }
    return sum;
  }

  private void add(DetectorGroup group, StepTotals totals, Configuration hadoop, GradientSum sum) {
    Map<ImageSize, List<Loaded>> bySize = new LinkedHashMap<>();
    try {
      for (ViewedImage image : group.images()) {
        load(image, hadoop, sum, bySize);
      }
      for (List<Loaded> images : bySize.values()) {
        add(images, totals, sum);
      }
    } finally {
      bySize.values().forEach(images -> images.forEach(image -> image.picture().close()));
    }
  }

  private record Loaded(ViewedImage image, ResizedPicture picture) {}

  private void load(
      ViewedImage image,
      Configuration hadoop,
      GradientSum sum,
      Map<ImageSize, List<Loaded>> bySize) {
    String uri = image.image().file().uri();
    try {
      byte[] bytes = new FileContent(image.image().file(), hadoop).read();
      ResizedPicture picture = image.image().viewed(decoder.decode(bytes), image.view(), pictures);
      bySize
          .computeIfAbsent(picture.size(), size -> new ArrayList<>())
          .add(new Loaded(image, picture));
    } catch (UnreadableImageException e) {
      sum.addLost("Cannot use " + uri + ": " + e.getMessage());
    } catch (IOException | IllegalArgumentException e) {
      sum.addLost(e.getMessage());
    }
  }

  private void add(List<Loaded> images, StepTotals totals, GradientSum sum) {
    TrainingBatch batch =
        pictures.batch(
            images.stream().map(Loaded::picture).toList(),
            images.stream().map(image -> targets(image.image())).toList(),
            images.stream().map(image -> image.image().seed()).toList());
    try {
      BatchLosses losses = network.addGradient(batch, totals, sum.values());
      if (Double.isFinite(losses.total())) {
        sum.add(losses, images.size());
      } else {
        sum.fail("the loss of %s is %s".formatted(uris(images), losses.total()));
      }
    } catch (DivergedException diverged) {
      sum.fail("the loss of %s is not a number".formatted(uris(images)));
    } catch (TorchScriptException fault) {
      ImageSize size = images.get(0).picture().size();
      sum.fail(
          OutOfMemory.explained(fault.getMessage(), images.size(), size).orElseThrow(() -> fault));
    }
  }

  private static List<String> uris(List<Loaded> images) {
    return images.stream().map(image -> image.image().image().file().uri()).toList();
  }

  private static List<TargetObject> targets(ViewedImage image) {
    return image.objects().stream()
        .map(
            object ->
                new TargetObject(
                    object.label(),
                    new Box(object.cx(), object.cy(), object.width(), object.height())))
        .toList();
  }

  @Override
  public void close() {
    network.close();
    pictures.close();
  }
}
