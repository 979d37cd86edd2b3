package dev.boxmill.torchscript;

import ai.djl.ndarray.NDManager;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What a program returned, by name. Closing it frees all its tensors. */
public final class Tensors extends AbstractMap<String, Tensor> implements AutoCloseable {
  private final Map<String, Tensor> byName;
  private final NDManager owner;

  Tensors(Map<String, Tensor> byName, NDManager owner) {
    this.byName = byName;
    this.owner = owner;
  }

  /**
   * The tensor of that name.
   *
   * @throws IllegalArgumentException if the program returned none
   */
  public Tensor named(String name) {
    Tensor tensor = byName.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "Unknown tensor '" + name + "' (known: " + String.join(", ", byName.keySet()) + ")");
    }
    return tensor;
  }

  /** Takes those out whose names begin so; they are closed with the others nonetheless. */
  Map<String, Tensor> removeNamed(String prefix) {
    Map<String, Tensor> removed = new HashMap<>(byName);
    removed.keySet().removeIf(name -> !name.startsWith(prefix));
    byName.keySet().removeAll(removed.keySet());
    return removed;
  }

  @Override
  public Set<Entry<String, Tensor>> entrySet() {
    return Collections.unmodifiableSet(byName.entrySet());
  }

  @Override
  public void close() {
    owner.close();
  }
}
