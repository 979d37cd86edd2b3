package dev.boxmill.detr.training;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.torchscript.Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a training begins with: a network, and its weights, which a checkpoint gives or chance.
 *
 * @param network how it is trained
 * @param classes that it tells apart
 * @param tensors that training reads
 * @param weights of each of them, by program name; those of a checkpoint are to be read while its
 *     files are open
 * @param names that the tensors have in the checkpoint that the training will write
 * @param drawn those of the names whose tensors chance gave
 */
public record StartingPoint(
    TrainingNetwork network,
    int classes,
    List<ExpectedTensor> tensors,
    Map<String, Weight> weights,
    Set<String> names,
    Set<String> drawn) {

  public StartingPoint {
    tensors = List.copyOf(tensors);
    weights = Map.copyOf(weights);
    names = Set.copyOf(names);
    drawn = Set.copyOf(drawn);
  }

  /**
   * A checkpoint as it is; what only training reads is drawn if it isn't there.
   *
   * @throws CheckpointException if it can't be used, or the network's training is not known here
   */
  public static StartingPoint of(DetectorFiles files, long seed) {
    return of(files, files.architecture().classNames(), seed);
  }

  /**
   * A checkpoint for other classes: the class heads and label embeddings are drawn anew, if their
   * number changes.
   *
   * @param classNames by index, from 0 on
   * @throws CheckpointException if it can't be used, or the network's training is not known here
   */
  public static StartingPoint of(DetectorFiles files, Map<Integer, String> classNames, long seed) {
    Architecture old = files.architecture();
    Architecture architecture =
        old.classNames().size() == classNames.size()
            ? old
            : old.forClasses(classNames).orElseThrow(StartingPoint::unknown);
    Map<String, Weight> found = files.weightsAnd(training(old).more());
    return of(architecture, found, files.tensorNames(), seed);
  }

  /**
   * A network that has learned nothing, under the names of Hugging Face's checkpoints.
   *
   * @throws CheckpointException if the network's training is not known here
   */
  public static StartingPoint drawn(Architecture architecture, long seed) {
    return of(architecture, Map.of(), Set.of(), seed);
  }

  private static StartingPoint of(
      Architecture architecture, Map<String, Weight> found, Set<String> present, long seed) {
    TrainingNetwork network = training(architecture);
    InitialWeights initial = new InitialWeights(network, seed);
    List<ExpectedTensor> tensors = new ArrayList<>(architecture.tensors());
    tensors.addAll(network.more());
    Map<String, Weight> weights = new HashMap<>();
    Set<String> names = new HashSet<>(present);
    Set<String> drawn = new HashSet<>();
    for (ExpectedTensor tensor : tensors) {
      Weight weight = found.get(tensor.programName());
      if (weight != null && weight.shape().equals(tensor.shape())) {
        weights.put(tensor.programName(), weight);
        continue;
      }
      weights.put(tensor.programName(), initial.draw(tensor));
      if (weight == null) {
        names.add(tensor.checkpointNames().get(0));
      }
      tensor.checkpointNames().stream().filter(names::contains).forEach(drawn::add);
    }
    return new StartingPoint(
        network, architecture.classNames().size(), tensors, weights, names, drawn);
  }

  private static TrainingNetwork training(Architecture architecture) {
    return architecture.training().orElseThrow(StartingPoint::unknown);
  }

  private static CheckpointException unknown() {
    return new CheckpointException(
        "Cannot train this network: its losses are not known (fine-tune one of the networks that"
            + " docs/architecture.md lists)");
  }

  /** The same, trained in another way. */
  public StartingPoint with(TrainingNetwork other) {
    return new StartingPoint(other, classes, tensors, weights, names, drawn);
  }
}
