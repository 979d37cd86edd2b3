package dev.boxmill.torchscript;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * A loaded program with its weights, resident on a device. It owns its native memory: weights, and
 * every tensor made through it that is still open when it is closed. Entry points may run on
 * several threads at once; {@link #close} waits for them, and a call after it fails cleanly.
 */
public final class TorchModule implements AutoCloseable {
  private final PtNDManager manager;
  private final PtNDManager host;
  private final PtSymbolBlock block;
  private final Device device;
  private final String description;
  private final ShapeTables tables = new ShapeTables();
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  private TorchModule(PtNDManager manager, PtSymbolBlock block, Device device, String description) {
    this.manager = manager;
    this.host = manager.newSubManager(ai.djl.Device.cpu());
    this.block = block;
    this.device = device;
    this.description = description;
  }

  static TorchModule open(byte[] archive, Device device, String description) {
    TorchLibrary.requireUsable(device);
    PtNDManager manager = (PtNDManager) NDManager.newBaseManager(device.djl(), "PyTorch");
    try {
      PtSymbolBlock block =
          JniUtils.loadModule(manager, new ByteArrayInputStream(archive), false, false);
      return new TorchModule(manager, block, device, description);
    } catch (EngineException e) {
      manager.close();
      throw new TorchScriptException("Cannot load program " + description + ": " + e, e);
    } catch (IOException e) {
      manager.close();
      throw new UncheckedIOException("Cannot load program " + description, e);
    }
  }

  /** Copies the weights into the program, one by one through a single buffer, and prepares them. */
  void prepare(Map<String, ? extends Weight> weights) {
    long largest = weights.values().stream().mapToLong(TorchModule::count).max().orElse(0);
    ByteBuffer staging = directBuffer(Float.BYTES * largest);
    weights.forEach((name, weight) -> run("take " + name, () -> take(name, weight, staging)));
    run("prepare", () -> closed(IValueUtils.runMethod(block, "prepare")));
  }

  private boolean take(String name, Weight weight, ByteBuffer staging) {
    FloatBuffer values = weight.values();
    long count = count(weight);
    if (values.remaining() != count) {
      throw new IllegalArgumentException(
          "Invalid weight " + name + ": " + values.remaining() + " values (must be " + count + ")");
    }
    staging.clear().limit(Math.toIntExact(Float.BYTES * count));
    staging.asFloatBuffer().put(values.duplicate());
    Shape shape = new Shape(weight.shape().stream().mapToLong(Long::longValue).toArray());
    try (PtNDManager scope = (PtNDManager) manager.newSubManager();
        IValue key = IValue.from(name);
        IValue value = IValue.from(scope.create(staging, shape, DataType.FLOAT32))) {
      return closed(IValueUtils.runMethod(block, "take", key, value));
    }
  }

  private static boolean closed(IValue nothing) {
    nothing.close();
    return true;
  }

  private static long count(Weight weight) {
    return weight.shape().stream().reduce(1L, Math::multiplyExact);
  }

  public Device device() {
    return device;
  }

  /**
   * Runs an entry point without gradients.
   *
   * @param inputs tensors where the program expects them: on this module's device, or the host's;
   *     left open
   * @return the program's tensors, to be closed by the caller
   * @throws TorchScriptException if the program fails; the message holds PyTorch's own
   */
  public Tensors run(String entry, Map<String, Tensor> inputs) {
    return run(
        entry,
        () -> {
          Map<String, PtNDArray> arrays = new HashMap<>();
          inputs.forEach((name, tensor) -> arrays.put(name, tensor.array()));
          try (IValue map = IValue.stringMapFrom(arrays);
              IValue result = IValueUtils.runMethod(block, entry, map)) {
            return tensors(result);
          }
        });
  }

  /**
   * Runs an entry point that takes and returns tables (see {@code tables.py}): the first pass of
   * these shapes makes them, and this module keeps them for the others.
   *
   * @param shapes of the inputs: a key that tells apart all that the tables depend on
   * @return the program's other tensors, to be closed by the caller
   * @throws TorchScriptException if the program fails; the message holds PyTorch's own
   */
  public Tensors run(String entry, Object shapes, Map<String, Tensor> inputs) {
    Map<String, Tensor> all = new HashMap<>(inputs);
    all.putAll(tables.of(shapes));
    Tensors results = run(entry, all);
    Map<String, Tensor> made = results.removeNamed(ShapeTables.PREFIX);
    if (!made.isEmpty() && tables.keep(shapes, made)) {
      made.values().forEach(table -> table.array().attach(manager));
    }
    return results;
  }

  /**
   * Runs an entry point that differentiates: PyTorch records what it computes, so that it may call
   * {@code torch.autograd.grad}. Inputs that came out of {@link #run} must be cloned in the program
   * before they are computed with.
   *
   * @param inputs tensors on this module's device; left open
   * @return the program's tensors, to be closed by the caller
   * @throws TorchScriptException if the program fails; the message holds PyTorch's own
   */
  public Tensors runRecorded(String entry, Map<String, Tensor> inputs) {
    return run(
        entry,
        () -> {
          PtNDManager scope = (PtNDManager) manager.newSubManager();
          try {
            return recorded(entry, inputs, scope);
          } catch (RuntimeException e) {
            scope.close();
            throw e;
          }
        });
  }

  /** DJL takes names and the method from the arrays' own names, and results go to the first's. */
  private Tensors recorded(String entry, Map<String, Tensor> inputs, PtNDManager scope) {
    NDArray method = scope.create(0f);
    method.setName("module_method:" + entry);
    NDList arguments = new NDList(method);
    inputs.forEach(
        (name, tensor) -> {
          tensor.array().setName("inputs." + name);
          arguments.add(tensor.array());
        });
    Map<String, Tensor> byName = new LinkedHashMap<>();
    // a setting of the thread
    JniUtils.setGradMode(true);
    try {
      for (NDArray result : IValueUtils.forward(block, arguments, true)) {
        byName.put(result.getName(), new Tensor(this, (PtNDArray) result));
      }
    } finally {
      JniUtils.setGradMode(false);
    }
    return new Tensors(byName, scope);
  }

  /** A float32 tensor on this module's device, a copy of the values; the caller closes it. */
  public Tensor tensor(FloatBuffer values, long... shape) {
    return copied(manager, values, shape);
  }

  /** A float32 tensor on this module's device, a copy of the values; the caller closes it. */
  public Tensor tensor(float[] values, long... shape) {
    return tensor(FloatBuffer.wrap(values), shape);
  }

  /** A float32 tensor in the host's memory, a copy of the values; the caller closes it. */
  public Tensor hostTensor(float[] values, long... shape) {
    return copied(host, FloatBuffer.wrap(values), shape);
  }

  private Tensor copied(PtNDManager where, FloatBuffer values, long... shape) {
    ByteBuffer copy = directBuffer(4L * values.remaining());
    copy.asFloatBuffer().put(values.duplicate());
    return open(() -> where.create(copy, new Shape(shape), DataType.FLOAT32));
  }

  /**
   * A uint8 tensor in the host's memory, for a program that takes it to the device; the caller
   * closes it.
   *
   * @param bytes a direct buffer, which the tensor reads in place: don't change it while the tensor
   *     lives
   */
  public Tensor hostBytes(ByteBuffer bytes, long... shape) {
    if (!bytes.isDirect()) {
      throw new IllegalArgumentException("Invalid pixel buffer: on the heap (must be direct)");
    }
    return open(() -> host.create(bytes, new Shape(shape), DataType.UINT8));
  }

  /**
   * SHA-256 over all prepared weights as float32, by name: the same as long as nobody changes one.
   */
  public String weightsSha256() {
    MessageDigest digest = DigestUtils.getSha256Digest();
    for (String name : weightNames()) {
      digest.update(name.getBytes(StandardCharsets.UTF_8));
      float[] values = weight(name);
      ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length);
      bytes.asFloatBuffer().put(values);
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private List<String> weightNames() {
    return run(
        "weight_names",
        () -> {
          List<String> names = new ArrayList<>();
          try (IValue list = IValueUtils.runMethod(block, "weight_names")) {
            for (IValue name : list.toIValueArray()) {
              names.add(name.toStringValue());
              name.close();
            }
          }
          Collections.sort(names);
          return names;
        });
  }

  private float[] weight(String name) {
    return run(
        "weight " + name,
        () -> {
          try (PtNDManager scope = (PtNDManager) manager.newSubManager();
              IValue key = IValue.from(name);
              IValue result = IValueUtils.runMethod(block, "weight", key)) {
            return result.toTensor(scope).toFloatArray();
          }
        });
  }

  float[] floats(PtNDArray array) {
    return run(
        "float32",
        () -> {
          try (PtNDManager scope = (PtNDManager) manager.newSubManager();
              IValue given = IValue.from(array);
              IValue result = IValueUtils.runMethod(block, "float32", given)) {
            return result.toTensor(scope).toFloatArray();
          }
        });
  }

  /** Frees the weights and all tensors made through this module. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        block.close();
        manager.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private Tensor open(Supplier<PtNDArray> maker) {
    return run("tensor", () -> new Tensor(this, maker.get()));
  }

  private <T> T run(String what, Supplier<T> work) {
    return NativeCalls.run(() -> runOpen(what, work));
  }

  private <T> T runOpen(String what, Supplier<T> work) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException(
            "Cannot run " + what + " of " + description + ": it is closed");
      }
      // A setting of the thread. Profiling would compile again for every thread and input shape.
      JniUtils.setGraphExecutorOptimize(false);
      return work.get();
    } catch (EngineException e) {
      throw new TorchScriptException(
          "Cannot run " + what + " of " + description + ": " + e.getMessage(), e);
    } finally {
      lock.readLock().unlock();
    }
  }

  private Tensors tensors(IValue result) {
    PtNDManager scope = (PtNDManager) manager.newSubManager();
    Map<String, Tensor> byName = new LinkedHashMap<>();
    result
        .toIValueMap()
        .forEach(
            (name, value) -> {
              try (value) {
                byName.put(name, new Tensor(this, value.toTensor(scope)));
              }
            });
    return new Tensors(byName, scope);
  }

  private static ByteBuffer directBuffer(long bytes) {
    return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
  }
}
