package dev.boxmill.detr.criterion;

import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Losses of a batch by set, and how their weighted sum depends on each prediction. */
public final class SetLosses implements AutoCloseable {
  private static final String SLOPE = "slope.";

  private final CriterionSettings settings;
  private final Tensors outputs;

  SetLosses(CriterionSettings settings, Tensors outputs) {
    this.settings = settings;
    this.outputs = outputs;
  }

  /** "slope.logits.SET" and "slope.boxes.SET", like the predictions; closed with this. */
  public Map<String, Tensor> slopes() {
    Map<String, Tensor> slopes = new HashMap<>(outputs);
    slopes.keySet().removeIf(name -> !name.startsWith(SLOPE));
    return slopes;
  }

  /**
   * "loss_ce.SET", "loss_bbox.SET" and "loss_giou.SET", where distributions learn "loss_fgl.SET"
   * and "loss_ddf.SET" too, not weighted.
   */
  public Map<String, Double> byName() {
    Map<String, Double> losses = new LinkedHashMap<>();
    outputs.forEach(
        (name, tensor) -> {
          if (!name.startsWith(SLOPE)) {
            losses.put(name, (double) tensor.floats()[0]);
          }
        });
    return losses;
  }

  /** The weighted sum. */
  public double total() {
    return byName().entrySet().stream()
        .mapToDouble(loss -> weight(loss.getKey()) * loss.getValue())
        .sum();
  }

  private double weight(String name) {
    CriterionSettings.Weights weights = settings.losses();
    return switch (name.substring(0, name.indexOf('.'))) {
      case "loss_ce" -> weights.ofClass();
      case "loss_bbox" -> weights.l1();
      case "loss_giou" -> weights.giou();
      case "loss_fgl" -> settings.distributions().orElseThrow().localization();
      case "loss_ddf" -> settings.distributions().orElseThrow().distillation();
      default -> throw new IllegalArgumentException("Unknown loss '" + name + "'");
    };
  }

  @Override
  public void close() {
    outputs.close();
  }
}
