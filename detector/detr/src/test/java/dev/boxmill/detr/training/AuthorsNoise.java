package dev.boxmill.detr.training;

import static dev.boxmill.detr.training.TestingAuthorsStep.floats;
import static dev.boxmill.detr.training.TestingAuthorsStep.numbers;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.detr.criterion.Noise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the authors' code drew for a step. */
final class AuthorsNoise implements Noise.Source {

  private record Slot(int image, int slot) {}

  private final Map<Slot, Noise> noise = new HashMap<>();
  private final int ofGroup;
  private final int most;

  /** Reads a step's noise. */
  AuthorsNoise(Checkpoint theirs) {
    List<Integer> images = numbers(theirs, "dn.image_index");
    List<Integer> slots = numbers(theirs, "dn.slot_index");
    List<Integer> chosen = numbers(theirs, "dn.chosen_indices");
    List<Integer> labels = numbers(theirs, "dn.new_label");
    float[] uniform = floats(theirs, "dn.label_uniform");
    float[] amounts = floats(theirs, "dn.box_uniform");
    boolean contrastive = theirs.names().contains("dn.box_sign");
    float[] signs = contrastive ? floats(theirs, "dn.box_sign") : new float[amounts.length];
    this.most = numbers(theirs, "dn.single_pad").get(0);
    this.ofGroup = contrastive ? 2 * most : most;
    for (int i = 0; i < images.size(); i++) {
      int label = chosen.contains(i) ? labels.get(chosen.indexOf(i)) : -1;
      noise.put(
          new Slot(images.get(i), slots.get(i)),
          new Noise(uniform[i], label, four(amounts, i), four(signs, i)));
    }
  }

  private static List<Float> four(float[] values, int row) {
    List<Float> four = new ArrayList<>();
    for (float value : Arrays.copyOfRange(values, 4 * row, 4 * row + 4)) {
      four.add(value);
    }
    return four;
  }

  @Override
  public Noise of(int image, int group, Noise.Side side, int object) {
    int slot = group * ofGroup + (side == Noise.Side.FAR ? most : 0) + object;
    return noise.get(new Slot(image, slot));
  }
}
