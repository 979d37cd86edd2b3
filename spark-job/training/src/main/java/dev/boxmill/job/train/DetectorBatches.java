package dev.boxmill.job.train;

import dev.boxmill.detr.criterion.StepTotals;
import dev.boxmill.job.train.DetectorGroup.ViewedImage;
import dev.boxmill.schemas.ImageSize;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Which images each step of an epoch takes, and how it sees them. */
final class DetectorBatches {

  private final DetectorSettings settings;
  private final List<AnnotatedImage> images;
  private final Recipe recipe;

  DetectorBatches(
      DetectorSettings settings, List<AnnotatedImage> images, UnaryOperator<ImageSize> usual) {
    this.settings = settings;
    this.images = images;
    this.recipe = new Recipe(settings, usual);
  }

  /** The epoch's order is drawn by seed and epoch alone. A batch is a list of groups. */
  List<List<DetectorGroup>> of(int epoch) {
    List<Integer> order = new ArrayList<>();
    for (int image = 0; image < images.size(); image++) {
      order.add(image);
    }
    Collections.shuffle(order, new Random(settings.seed() + 31L * epoch));
    List<List<DetectorGroup>> batches = new ArrayList<>();
    for (int first = 0; first < order.size(); first += settings.batch()) {
      int end = Math.min(order.size(), first + settings.batch());
      List<DetectorGroup> groups = new ArrayList<>();
      for (int from = first; from < end; from += settings.together()) {
        groups.add(
            group(order.subList(from, Math.min(end, from + settings.together())), epoch, from));
      }
      batches.add(groups);
    }
    return batches;
  }

  private DetectorGroup group(List<Integer> numbers, int epoch, int group) {
    List<ViewedImage> viewed = new ArrayList<>();
    for (int number : numbers) {
      AnnotatedImage image = images.get(number);
      View view = recipe.draw(epoch, number, group, image.size());
      viewed.add(
          new ViewedImage(
              image, view, view.objects(image.objects(), image.size()), seed(epoch, number)));
    }
    return new DetectorGroup(viewed);
  }

  private long seed(int epoch, int image) {
    return (settings.seed() * 1_000_003 + epoch) * 0x9E3779B97F4A7C15L + image;
  }

  /** How many images groups have. */
  static int images(List<DetectorGroup> groups) {
    return groups.stream().mapToInt(group -> group.images().size()).sum();
  }

  /** What the losses of a step are divided by. */
  static StepTotals totals(List<DetectorGroup> groups, int queries) {
    List<Integer> objects =
        groups.stream()
            .flatMap(group -> group.images().stream())
            .map(image -> image.objects().size())
            .toList();
    return StepTotals.of(objects, queries);
  }
}
