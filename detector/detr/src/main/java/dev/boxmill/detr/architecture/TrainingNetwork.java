package dev.boxmill.detr.architecture;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.criterion.CriterionSettings;
import dev.boxmill.detr.criterion.DenoisingSettings;
import dev.boxmill.torchscript.Program;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How a network is trained.
 *
 * @param program its text with the entry points of {@code training.py}
 * @param queries predictions that a layer makes for an image
 * @param criterion its losses
 * @param denoising its denoising queries, if it has any
 * @param more tensors that training reads beside those of the forward pass
 * @param tied program names that differ in what this fits are one tensor, if their values in the
 *     checkpoint are the same; fits nothing if no tensors are tied
 * @param frozenPrefixes beginnings of program names of tensors that its authors never train
 * @param livePrefixes beginnings of program names of BatchNorms that are trained, and normalize by
 *     their batch; the others are frozen
 */
public record TrainingNetwork(
    Program program,
    int queries,
    CriterionSettings criterion,
    Optional<DenoisingSettings> denoising,
    List<ExpectedTensor> more,
    Pattern tied,
    Set<String> frozenPrefixes,
    Set<String> livePrefixes) {

  /** Fits no name. */
  private static final Pattern NONE = Pattern.compile("(?!)");

  public TrainingNetwork {
    more = List.copyOf(more);
    frozenPrefixes = Set.copyOf(frozenPrefixes);
    livePrefixes = Set.copyOf(livePrefixes);
  }

  /** A network without denoising queries and live BatchNorms. */
  public TrainingNetwork(
      Program program, int queries, CriterionSettings criterion, Set<String> frozenPrefixes) {
    this(program, queries, criterion, Optional.empty(), List.of(), NONE, frozenPrefixes, Set.of());
  }

  /** The same, trained with these denoising queries. */
  public TrainingNetwork withDenoising(DenoisingSettings settings) {
    Optional<DenoisingSettings> queriesToClean = Optional.of(settings);
    return new TrainingNetwork(
        program, queries, criterion, queriesToClean, more, tied, frozenPrefixes, livePrefixes);
  }

  /** The same with other tensors read beside those of the forward pass. */
  public TrainingNetwork withMore(List<ExpectedTensor> tensors) {
    return new TrainingNetwork(
        program, queries, criterion, denoising, tensors, tied, frozenPrefixes, livePrefixes);
  }

  /** The same with tied tensors. */
  public TrainingNetwork withTied(Pattern names) {
    return new TrainingNetwork(
        program, queries, criterion, denoising, more, names, frozenPrefixes, livePrefixes);
  }

  /**
   * The same with live BatchNorms.
   *
   * @param prefixes of "backbone.", "encoder." and "decoder."; the latter two go together
   */
  public TrainingNetwork withLiveNorms(Set<String> prefixes) {
    Program text =
        program.with(
            Map.of(
                "LIVE_BACKBONE_NORMS", prefixes.contains("backbone."),
                "LIVE_NORMS", prefixes.contains("encoder.")));
    return new TrainingNetwork(
        text, queries, criterion, denoising, more, tied, frozenPrefixes, prefixes);
  }

  /**
   * The same with more that stays as it is.
   *
   * @param prefixes beginnings of program names
   */
  public TrainingNetwork withFrozen(Set<String> prefixes) {
    Set<String> all = new HashSet<>(frozenPrefixes);
    all.addAll(prefixes);
    return new TrainingNetwork(
        program, queries, criterion, denoising, more, tied, all, livePrefixes);
  }

  /** Whether that tensor stays as it is. */
  public boolean isFrozen(String programName) {
    if (isStatistic(programName) || programName.endsWith(".offset_scale")) {
      return true;
    }
    return frozenPrefixes.stream().anyMatch(programName::startsWith)
        || (programName.contains(".bn.") && !isLive(programName));
  }

  /** Whether it is a running mean or variance of a BatchNorm. */
  public static boolean isStatistic(String programName) {
    return programName.endsWith(".bn.mean") || programName.endsWith(".bn.var");
  }

  /** Whether the BatchNorm is live. */
  public boolean isLive(String programName) {
    return livePrefixes.stream().anyMatch(programName::startsWith);
  }
}
