package dev.boxmill.job.train;

import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.detr.criterion.CriterionSettings;
import dev.boxmill.detr.criterion.CriterionSettings.ClassLoss;
import dev.boxmill.detr.training.AdamW.Rates;
import dev.boxmill.detr.training.Parameter;
import dev.boxmill.detr.training.Parameter.Kind;
import dev.boxmill.detr.training.Parameter.Part;
import java.io.Serializable;
import java.util.Set;
import java.util.function.Function;

/**
 * Which learning rate and weight decay a parameter has, as its network's authors group them: the
 * backbone apart in all; in Deformable DETR's code the layers that place sampling and reference
 * points at a tenth; in RT-DETR's and D-FINE's no decay of norms, nor of biases behind the
 * backbone; in DEIM's no decay of norms. All others let everything decay.
 *
 * @param learningRate of all but the backbone
 * @param backbone learning rate of the backbone
 * @param weightDecay of what decays
 * @param sampling factor of the rate of layers that place points
 * @param normsDecay norms too
 * @param biasesDecay biases behind the backbone too
 */
record ParameterRates(
    double learningRate,
    double backbone,
    double weightDecay,
    double sampling,
    boolean normsDecay,
    boolean biasesDecay)
    implements Function<Parameter, Rates>, Serializable {

  private static final double SLOW = 0.1;

  static ParameterRates of(DetectorSettings settings, TrainingNetwork network) {
    CriterionSettings criterion = network.criterion();
    return new ParameterRates(
        settings.learningRate(),
        settings.backboneLearningRate(),
        settings.weightDecay(),
        criterion.equals(CriterionSettings.FOCAL) ? SLOW : 1,
        !Set.of(ClassLoss.VARIFOCAL, ClassLoss.MATCHABILITY).contains(criterion.classLoss()),
        criterion.classLoss() != ClassLoss.VARIFOCAL);
  }

  @Override
  public Rates apply(Parameter parameter) {
    return new Rates(rate(parameter), decays(parameter) ? weightDecay : 0);
  }

  private double rate(Parameter parameter) {
    if (parameter.part() == Part.BACKBONE) {
      return backbone;
    }
    return parameter.kind() == Kind.SAMPLING ? sampling * learningRate : learningRate;
  }

  private boolean decays(Parameter parameter) {
    if (parameter.kind() == Kind.NORM) {
      return normsDecay;
    }
    boolean bias = parameter.name().endsWith(".bias") && parameter.part() != Part.BACKBONE;
    return !bias || biasesDecay;
  }
}
