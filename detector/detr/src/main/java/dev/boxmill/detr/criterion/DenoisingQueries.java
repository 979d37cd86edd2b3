package dev.boxmill.detr.criterion;

import dev.boxmill.detr.criterion.Noise.Side;
import dev.boxmill.schemas.Box;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.TorchModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Noised copies of a batch's objects, which a network learns to clean (Li et al., "DN-DETR", 2022;
 * Zhang et al., "DINO", 2022). Every image has the same slots, in groups; a group has a slot for
 * each object of the image that has most, or two.
 */
public final class DenoisingQueries {
  private static final int COORDINATES = 4;
  private static final float UNUSED = -1;

  private final DenoisingSettings settings;
  private final List<List<TargetObject>> objects;
  private final int groups;
  private final int most;
  private final float[] labels;
  private final float[] boxes;

  private DenoisingQueries(
      DenoisingSettings settings, List<List<TargetObject>> objects, int most, int classes) {
    this.settings = settings;
    this.objects = objects;
    this.most = most;
    this.groups = settings.groups(most);
    this.labels = new float[objects.size() * slots()];
    this.boxes = new float[COORDINATES * labels.length];
    Arrays.fill(labels, settings.hasUnusedClass() ? classes : UNUSED);
  }

  /**
   * Those of a batch; none if no image of the step has an object.
   *
   * @param objects of each image
   * @param most objects that an image of the step has
   * @param classes that there are
   */
  public static Optional<DenoisingQueries> of(
      DenoisingSettings settings,
      List<List<TargetObject>> objects,
      int most,
      int classes,
      Noise.Source noise) {
    if (most == 0) {
      return Optional.empty();
    }
    DenoisingQueries queries = new DenoisingQueries(settings, objects, most, classes);
    queries.fill(noise);
    return Optional.of(queries);
  }

  private void fill(Noise.Source noise) {
    for (int image = 0; image < objects.size(); image++) {
      for (int group = 0; group < groups; group++) {
        for (int object = 0; object < objects.get(image).size(); object++) {
          fill(image, group, Side.NEAR, object, noise);
          if (settings.isContrastive()) {
            fill(image, group, Side.FAR, object, noise);
          }
        }
      }
    }
  }

  private void fill(int image, int group, Side side, int object, Noise.Source source) {
    TargetObject target = objects.get(image).get(object);
    Noise noise = source.of(image, group, side, object);
    int at = image * slots() + slot(group, side, object);
    labels[at] =
        noise.label() < (float) settings.labelThreshold() ? noise.newLabel() : target.label();
    float[] box = settings.isContrastive() ? corners(target, side, noise) : centers(target, noise);
    System.arraycopy(box, 0, boxes, COORDINATES * at, COORDINATES);
  }

  /** Center and size move, and then stay within 0 and 1: the box may leave the image. */
  private float[] centers(TargetObject target, Noise noise) {
    Box box = target.box();
    float[] values = {box.cx(), box.cy(), box.width(), box.height()};
    float[] reach = {box.width() / 2, box.height() / 2, box.width(), box.height()};
    for (int i = 0; i < COORDINATES; i++) {
      float moved = (noise.amounts().get(i) * 2 - 1) * reach[i] * (float) settings.boxNoise();
      values[i] = clamped(values[i] + moved);
    }
    return values;
  }

  /** Corners move by up to half the box, or from that on for a far copy. */
  private float[] corners(TargetObject target, Side side, Noise noise) {
    Box box = target.box();
    float[] half = {box.width() / 2, box.height() / 2};
    float[] middle = {box.cx(), box.cy()};
    float[] corners = new float[COORDINATES];
    for (int i = 0; i < COORDINATES; i++) {
      float amount = noise.amounts().get(i) + (side == Side.FAR ? 1 : 0);
      float corner = i < 2 ? middle[i] - half[i] : middle[i - 2] + half[i - 2];
      float moved = amount * noise.signs().get(i) * half[i % 2] * (float) settings.boxNoise();
      corners[i] = clamped(corner + moved);
    }
    return new float[] {
      (corners[0] + corners[2]) / 2,
      (corners[1] + corners[3]) / 2,
      settings.side(corners[2] - corners[0]),
      settings.side(corners[3] - corners[1])
    };
  }

  private static float clamped(float value) {
    return Math.min(Math.max(value, 0), 1);
  }

  private int slotsOfGroup() {
    return settings.isContrastive() ? 2 * most : most;
  }

  /** Slots of an image. */
  int slots() {
    return groups * slotsOfGroup();
  }

  private int slot(int group, Side side, int object) {
    return group * slotsOfGroup() + (side == Side.FAR ? most : 0) + object;
  }

  /** How many groups there are. */
  public int groups() {
    return groups;
  }

  /** What {@code denoising.py} reads; to be closed by the caller. */
  public Map<String, Tensor> tensors(TorchModule module) {
    int images = objects.size();
    Map<String, Tensor> tensors = new HashMap<>();
    tensors.put("denoising.labels", module.tensor(labels, images, slots()));
    tensors.put("denoising.boxes", module.tensor(boxes, images, slots(), COORDINATES));
    tensors.put("denoising.groups", module.tensor(new float[0], 0, groups));
    return tensors;
  }

  /** What each layer's predictions of them should be. */
  SetTargets targets(StepTotals totals) {
    List<Integer> images = new ArrayList<>();
    List<Integer> slots = new ArrayList<>();
    List<TargetObject> matched = new ArrayList<>();
    for (int image = 0; image < objects.size(); image++) {
      for (int group = 0; group < groups; group++) {
        for (int object = 0; object < objects.get(image).size(); object++) {
          images.add(image);
          slots.add(slot(group, Side.NEAR, object));
          matched.add(objects.get(image).get(object));
        }
      }
    }
    double divisor = (double) groups * totals.objects();
    MatchedPairs pairs = new MatchedPairs(images, slots, matched);
    return new SetTargets(pairs, pairs, divisor, divisor, !settings.isContrastive());
  }
}
