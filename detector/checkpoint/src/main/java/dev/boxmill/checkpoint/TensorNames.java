package dev.boxmill.checkpoint;

import dev.boxmill.torchscript.Weight;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Matches what an architecture expects with what a checkpoint holds, both ways: nothing may be
 * missing, nothing may be left over.
 */
public final class TensorNames {

  private final Checkpoint checkpoint;
  private final Set<String> unused;
  private final List<ExpectedTensor> missing = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();
  private final Map<String, Weight> selected = new LinkedHashMap<>();

  private TensorNames(Checkpoint checkpoint, Set<String> ignored) {
    this.checkpoint = checkpoint;
    this.unused = new TreeSet<>(checkpoint.names());
    unused.removeAll(ignored);
  }

  /**
   * The checkpoint's tensors under their program names, in the order of {@code expected}.
   *
   * @param ignored names, exact ones, that the checkpoint may have without being read
   * @throws CheckpointException if any tensor is missing, unused, or of another shape than
   *     expected, can't be read as float32, or differs from its tied copy: one message lists all of
   *     them
   * @throws IllegalArgumentException if two expected tensors have one program name
   */
  public static Map<String, Weight> select(
      Checkpoint checkpoint, List<ExpectedTensor> expected, Set<String> ignored) {
    TensorNames names = new TensorNames(checkpoint, ignored);
    expected.forEach(names::take);
    names.refuseProblems();
    return Collections.unmodifiableMap(names.selected);
  }

  private void take(ExpectedTensor expected) {
    List<StoredTensor> found = found(expected);
    for (ExpectedTensor other : expected.otherwise().stream().toList()) {
      if (found.isEmpty() && !found(other).isEmpty()) {
        take(other);
        return;
      }
    }
    found.forEach(tensor -> unused.remove(tensor.name()));
    if (found.isEmpty()) {
      missing.add(expected);
      return;
    }
    if (selected.put(expected.programName(), expected.part().of(found.get(0))) != null) {
      throw new IllegalArgumentException(
          "Invalid programName: " + expected.programName() + " (must be one tensor's alone)");
    }
    found.forEach(tensor -> checkTensor(tensor, expected));
    StoredTensor first = found.get(0);
    found.stream().skip(1).forEach(copy -> checkTied(first, copy));
  }

  private List<StoredTensor> found(ExpectedTensor expected) {
    return expected.checkpointNames().stream()
        .filter(checkpoint.names()::contains)
        .map(checkpoint::tensor)
        .toList();
  }

  private void checkTensor(StoredTensor tensor, ExpectedTensor expected) {
    List<Long> shape = expected.part().wholeShape(expected.shape());
    if (!tensor.shape().equals(shape)) {
      wrong.add(
          "shape    "
              + MessageText.text(tensor.name())
              + ": expected "
              + MessageText.shape(shape)
              + ", found "
              + MessageText.shape(tensor.shape())
              + in(tensor));
    }
    if (!tensor.dtype().isWeight()) {
      wrong.add(
          "dtype    "
              + MessageText.text(tensor.name())
              + ": expected F32, F16 or BF16, found "
              + tensor.dtype()
              + in(tensor));
    }
  }

  private void checkTied(StoredTensor tensor, StoredTensor copy) {
    if (tensor.dtype().isWeight()
        && copy.dtype().isWeight()
        && tensor.shape().equals(copy.shape())
        && !tensor.values().equals(copy.values())) {
      wrong.add(
          "tied     "
              + MessageText.text(copy.name())
              + ": expected the values of "
              + MessageText.text(tensor.name())
              + ", found others"
              + in(copy));
    }
  }

  private void refuseProblems() {
    if (missing.isEmpty() && unused.isEmpty() && wrong.isEmpty()) {
      return;
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        "Cannot use checkpoint "
            + checkpoint.location()
            + ": "
            + missing.size()
            + " missing, "
            + unused.size()
            + " unused, "
            + wrong.size()
            + " unfit tensors ("
            + (Files.isDirectory(checkpoint.location())
                ? "its config.json must describe its weights)"
                : "it must hold exactly this network's weights)"));
    missing.forEach(tensor -> lines.add(describeMissing(tensor)));
    unused.forEach(name -> lines.add(describeUnused(checkpoint.tensor(name))));
    lines.addAll(wrong);
    throw new CheckpointException(String.join("\n  ", lines));
  }

  private String describeMissing(ExpectedTensor tensor) {
    return "missing  "
        + String.join(" or ", tensor.checkpointNames())
        + " "
        + MessageText.shape(tensor.part().wholeShape(tensor.shape()))
        + ", near: "
        + SimilarNames.among(unused, tensor.checkpointNames().get(0));
  }

  private static String describeUnused(StoredTensor tensor) {
    return "unused   "
        + MessageText.text(tensor.name())
        + " "
        + MessageText.shape(tensor.shape())
        + " "
        + tensor.dtype()
        + in(tensor);
  }

  private static String in(StoredTensor tensor) {
    return ", in " + tensor.file().getFileName();
  }
}
