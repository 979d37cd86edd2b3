package dev.boxmill.detr.dfine;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.criterion.CriterionSettings;
import dev.boxmill.detr.criterion.DenoisingSettings;
import dev.boxmill.torchscript.Program;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How D-FINE and DEIMv2 are trained.
 *
 * @param criterion its losses
 * @param denoising its denoising queries; none if their number is 0
 * @param liveBackbone whether BatchNorms of the backbone are trained; all others are
 */
public record FineTraining(
    CriterionSettings criterion, DenoisingSettings denoising, boolean liveBackbone) {

  /** As the authors' configurations have it. */
  public static final DenoisingSettings PUBLISHED_DENOISING =
      new DenoisingSettings(DenoisingSettings.Kind.D_FINE, 100, 0.5, 1);

  /** The authors train no stem of a backbone whose BatchNorms are frozen. */
  private static final String STEM = "backbone.stem.";

  /** Numbers of the distributions, which the authors never train. */
  private static final Set<String> FIXED = Set.of("decoder.up", "decoder.scale");

  /**
   * The network in training.
   *
   * @param program that detects
   * @param classes that it tells apart
   */
  public TrainingNetwork network(
      Program program, Backbone backbone, ElanEncoder encoder, FineDecoder decoder, int classes) {
    String folder = "/dev/boxmill/detr/";
    Program text =
        program
            .replacedBy(
                decoder
                    .sampling()
                    .training()
                    .and(
                        Program.of(
                            FineTraining.class,
                            folder + "architecture/denoising.py",
                            folder + "backbone/norm_training.py",
                            folder + "backbone/hgnet_v2_training.py",
                            folder + "rtdetr/training_queries.py",
                            "fdr_training.py")))
            .with(Map.of("DISTRIBUTIONS_LEARN", criterion.distributions().isPresent()));
    Set<String> fixed = new HashSet<>(backbone.neverTrained());
    fixed.addAll(FIXED);
    if (!liveBackbone) {
      fixed.add(STEM);
    }
    TrainingNetwork network =
        new TrainingNetwork(text, decoder.queries(), criterion, fixed)
            .withLiveNorms(
                liveBackbone
                    ? Set.of("encoder.", "decoder.", "backbone.")
                    : Set.of("encoder.", "decoder."));
    FineTensors tensors = new FineTensors(encoder, decoder, classes);
    List<ExpectedTensor> more = new ArrayList<>(tensors.earlyHeads());
    if (denoising.number() == 0) {
      return network.withMore(more);
    }
    more.add(tensors.labelEmbeddings());
    return network.withDenoising(denoising).withMore(more);
  }
}
