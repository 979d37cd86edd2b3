package dev.boxmill.detr.training;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.ExpectedTensor.Part;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.detr.training.Parameter.Kind;
import dev.boxmill.torchscript.Weight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which tensors are trained, and where each lies in the one row of numbers that all of them are.
 */
public final class ParameterLayout {

  /**
   * What the program reads of it. Parts of a fused tensor are several; of tied tensors, several
   * read the same numbers.
   *
   * @param programName in the program
   * @param first position of its first number in the row
   */
  record Slice(String programName, List<Long> shape, int first) {

    int count() {
      return Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    }

    long[] sizes() {
      return shape.stream().mapToLong(Long::longValue).toArray();
    }
  }

  private final List<Parameter> parameters;
  private final List<Slice> slices;
  private final List<ExpectedTensor> frozen;
  private final int count;

  /** Of all that a training begins with; nothing native is loaded. */
  public static ParameterLayout of(StartingPoint start) {
    return new Builder(start.network(), start.weights(), start.names()).of(start.tensors());
  }

  private ParameterLayout(
      List<Parameter> parameters, List<Slice> slices, List<ExpectedTensor> frozen, int count) {
    this.parameters = List.copyOf(parameters);
    this.slices = List.copyOf(slices);
    this.frozen = List.copyOf(frozen);
    this.count = count;
  }

  /** Makes one, tensor by tensor. */
  static final class Builder {
    private final TrainingNetwork network;
    private final Map<String, Weight> weights;
    private final Set<String> present;
    private final Map<String, Parameter> byName = new LinkedHashMap<>();
    private final Map<String, String> namesOfTied = new LinkedHashMap<>();
    private final Map<String, Weight> valuesOfTied = new LinkedHashMap<>();
    private final List<Slice> slices = new ArrayList<>();
    private final List<ExpectedTensor> frozen = new ArrayList<>();
    private int count;

    /**
     * Of a checkpoint.
     *
     * @param weights by program name
     * @param present names that the checkpoint has
     */
    Builder(TrainingNetwork network, Map<String, Weight> weights, Set<String> present) {
      this.network = network;
      this.weights = weights;
      this.present = present;
    }

    ParameterLayout of(List<ExpectedTensor> tensors) {
      tensors.forEach(this::add);
      return new ParameterLayout(List.copyOf(byName.values()), slices, frozen, count);
    }

    private void add(ExpectedTensor tensor) {
      String program = tensor.programName();
      if (network.isFrozen(program)) {
        frozen.add(tensor);
        return;
      }
      ExpectedTensor there = found(tensor, present);
      List<String> names = there.checkpointNames().stream().filter(present::contains).toList();
      String name = tiedTo(program, names.get(0)).orElse(names.get(0));
      Parameter known = byName.get(name);
      Parameter parameter =
          known == null ? parameter(there, names, count) : known.withCopies(names);
      if (known == null) {
        count = Math.addExact(count, parameter.count());
      }
      byName.put(name, parameter);
      slices.add(slice(there, parameter));
    }

    /** The parameter that it is a tied copy of, if it is one. */
    private Optional<String> tiedTo(String program, String name) {
      String key = network.tied().matcher(program).replaceAll("*");
      if (key.equals(program)) {
        return Optional.empty();
      }
      Weight first = valuesOfTied.putIfAbsent(key, weights.get(program));
      String tied = namesOfTied.putIfAbsent(key, name);
      boolean same = first != null && first.values().equals(weights.get(program).values());
      return same ? Optional.of(tied) : Optional.empty();
    }

    private static Parameter parameter(ExpectedTensor tensor, List<String> names, int first) {
      String program = tensor.programName();
      return new Parameter(
          names.get(0), names, wholeShape(tensor), first, part(program), kind(program));
    }

    private static Slice slice(ExpectedTensor tensor, Parameter parameter) {
      Part part = tensor.part();
      int offset = parameter.count() / part.count() * part.index();
      return new Slice(tensor.programName(), tensor.shape(), parameter.first() + offset);
    }

    private static Parameter.Part part(String program) {
      if (program.startsWith("backbone.")) {
        return Parameter.Part.BACKBONE;
      }
      boolean encodes =
          Stream.of("encoder.", "projection", "level", "position.").anyMatch(program::startsWith);
      return encodes ? Parameter.Part.ENCODER : Parameter.Part.DECODER;
    }

    private static Kind kind(String program) {
      if (program.contains("norm.") || program.contains(".bn.")) {
        return Kind.NORM;
      }
      if (program.contains(".offsets.") || program.startsWith("references.")) {
        return Kind.SAMPLING;
      }
      if (program.endsWith(".bias")) {
        return Kind.BIAS;
      }
      return program.endsWith(".weight") ? Kind.WEIGHT : Kind.EMBEDDING;
    }
  }

  /** As a checkpoint with those names holds it. */
  static ExpectedTensor found(ExpectedTensor tensor, Set<String> names) {
    if (tensor.checkpointNames().stream().anyMatch(names::contains)) {
      return tensor;
    }
    return found(tensor.otherwise().orElseThrow(), names);
  }

  /** The shape of what it is a part of. */
  static List<Long> wholeShape(ExpectedTensor tensor) {
    List<Long> shape = new ArrayList<>(tensor.shape());
    if (tensor.part().count() > 1) {
      shape.set(0, shape.get(0) * tensor.part().count());
    }
    return List.copyOf(shape);
  }

  /** All that are trained, in the order of the row. */
  public List<Parameter> parameters() {
    return parameters;
  }

  /** How many numbers are trained. */
  public int count() {
    return count;
  }

  /**
   * The row of all parameters, copied.
   *
   * @param weights by program name
   */
  public float[] read(Map<String, Weight> weights) {
    float[] row = new float[count];
    for (Slice slice : slices) {
      weights.get(slice.programName()).values().get(row, slice.first(), slice.count());
    }
    return row;
  }

  List<Slice> slices() {
    return slices;
  }

  List<ExpectedTensor> frozen() {
    return frozen;
  }
}
