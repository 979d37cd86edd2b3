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
import java.util.stream.Collectors;

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
   * A checkpoint for other classes: the class heads and label embeddings get random values, if a
   * name or their number changes.
   *
   * @param classNames by index, from 0 on
   * @throws CheckpointException if it can't be used, or the network's training is not known here
   */
  public static StartingPoint of(DetectorFiles files, Map<Integer, String> classNames, long seed) {
    Architecture old = files.architecture();
    Map<String, Weight> found = files.weightsAnd(training(old).more());
    if (old.classNames().equals(classNames)) {
      return of(old, found, Set.of(), files.tensorNames(), seed);
    }
    Architecture changed = forClasses(old, classNames);
    return of(changed, found, ofClasses(old), files.tensorNames(), seed);
  }

  /** Program names of the tensors whose shape depends on the number of classes. */
  private static Set<String> ofClasses(Architecture architecture) {
    Map<Integer, String> more = new HashMap<>(architecture.classNames());
    more.put(more.size(), "");
    Map<String, List<Long>> shapes = shapes(architecture);
    Set<String> names = new HashSet<>();
    shapes(forClasses(architecture, more))
        .forEach(
            (name, shape) -> {
              if (!shape.equals(shapes.get(name))) {
                names.add(name);
              }
            });
    return names;
  }

  private static Map<String, List<Long>> shapes(Architecture architecture) {
    return tensors(architecture).stream()
        .collect(Collectors.toMap(ExpectedTensor::programName, ExpectedTensor::shape));
  }

  private static List<ExpectedTensor> tensors(Architecture architecture) {
    List<ExpectedTensor> tensors = new ArrayList<>(architecture.tensors());
    tensors.addAll(training(architecture).more());
    return tensors;
  }

  private static Architecture forClasses(
      Architecture architecture, Map<Integer, String> classNames) {
    return architecture.forClasses(classNames).orElseThrow(StartingPoint::unknown);
  }

  /**
   * A network that has learned nothing, under the names of Hugging Face's checkpoints.
   *
   * @throws CheckpointException if the network's training is not known here
   */
  public static StartingPoint drawn(Architecture architecture, long seed) {
    return of(architecture, Map.of(), Set.of(), Set.of(), seed);
  }

  private static StartingPoint of(
      Architecture architecture,
      Map<String, Weight> found,
      Set<String> dropped,
      Set<String> present,
      long seed) {
    TrainingNetwork network = training(architecture);
    InitialWeights initial = new InitialWeights(network, shapes(architecture), seed);
    List<ExpectedTensor> tensors = tensors(architecture);
    Map<String, Weight> weights = new HashMap<>();
    Set<String> names = new HashSet<>(present);
    Set<String> drawn = new HashSet<>();
    for (ExpectedTensor tensor : tensors) {
      String program = tensor.programName();
      Weight weight = found.get(program);
      if (weight != null && !dropped.contains(program) && weight.shape().equals(tensor.shape())) {
        weights.put(program, weight);
        continue;
      }
      weights.put(program, initial.draw(tensor, nameOfTied(program, network, found)));
      if (weight == null) {
        names.add(tensor.checkpointNames().get(0));
      }
      ParameterLayout.found(tensor, names).checkpointNames().stream()
          .filter(names::contains)
          .forEach(drawn::add);
    }
    return new StartingPoint(
        network, architecture.classNames().size(), tensors, weights, names, drawn);
  }

  /** One name for all tensors that the checkpoint ties to that one; its own if it ties none. */
  private static String nameOfTied(
      String program, TrainingNetwork network, Map<String, Weight> found) {
    String key = network.tied().matcher(program).replaceAll("*");
    Weight own = found.get(program);
    boolean tied =
        own != null
            && found.entrySet().stream()
                .filter(other -> network.tied().matcher(other.getKey()).replaceAll("*").equals(key))
                .allMatch(other -> other.getValue().values().equals(own.values()));
    return tied ? key : program;
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
