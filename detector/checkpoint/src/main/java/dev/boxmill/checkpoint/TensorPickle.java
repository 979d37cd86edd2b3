package dev.boxmill.checkpoint;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.Unpickler;

/**
 * Reads the pickle of a PyTorch checkpoint and can make nothing of it but dictionaries, lists,
 * tuples, texts, numbers, bytes, descriptions of tensors, and {@link PickledObject} for the data of
 * training. Every instruction is looked at before the library may follow it: those that torch.save
 * doesn't write are refused, and so is every global name that is neither a tensor's nor listed as
 * data.
 */
final class TensorPickle extends Unpickler {

  private static final String REMEDY = "load it in PyTorch and save only its state dict";

  /** What a state dict of torch.save (pickle protocols 2 to 5) consists of. */
  private static final Set<Short> ALLOWED =
      Set.of(
          Opcodes.MARK,
          Opcodes.PROTO,
          Opcodes.STOP,
          Opcodes.NONE,
          Opcodes.NEWTRUE,
          Opcodes.NEWFALSE,
          Opcodes.BININT,
          Opcodes.BININT1,
          Opcodes.BININT2,
          Opcodes.LONG1,
          Opcodes.BINFLOAT,
          Opcodes.BINUNICODE,
          Opcodes.SHORT_BINUNICODE,
          Opcodes.BINBYTES,
          Opcodes.SHORT_BINBYTES,
          Opcodes.EMPTY_TUPLE,
          Opcodes.TUPLE,
          Opcodes.TUPLE1,
          Opcodes.TUPLE2,
          Opcodes.TUPLE3,
          Opcodes.EMPTY_LIST,
          Opcodes.APPEND,
          Opcodes.APPENDS,
          Opcodes.EMPTY_DICT,
          Opcodes.EMPTY_SET,
          Opcodes.ADDITEMS,
          Opcodes.FROZENSET,
          Opcodes.SETITEM,
          Opcodes.SETITEMS,
          Opcodes.BINPUT,
          Opcodes.LONG_BINPUT,
          Opcodes.MEMOIZE,
          Opcodes.BINGET,
          Opcodes.LONG_BINGET,
          Opcodes.GLOBAL,
          Opcodes.STACK_GLOBAL,
          Opcodes.REDUCE,
          Opcodes.NEWOBJ,
          Opcodes.NEWOBJ_EX,
          Opcodes.BUILD,
          Opcodes.BINPERSID,
          Opcodes.FRAME);

  private final Path file;
  private final Consumer<PickledStorage> storages;

  private TensorPickle(Path file, Consumer<PickledStorage> storages) {
    this.file = file;
    this.storages = storages;
  }

  /**
   * What the pickle holds.
   *
   * @throws CheckpointException if it holds anything else than data, or is damaged
   */
  static Object read(Path file, byte[] pickle) {
    return read(file, new ByteArrayInputStream(pickle), storage -> {});
  }

  /**
   * What the next pickle in a stream holds; the stream stands behind it then.
   *
   * @param storages takes each storage that the pickle refers to
   * @throws CheckpointException if it holds anything else than data, or is damaged
   */
  static Object read(Path file, ByteArrayInputStream pickle, Consumer<PickledStorage> storages) {
    TensorPickle reader = new TensorPickle(file, storages);
    try {
      return reader.load(pickle);
    } catch (CheckpointException refused) {
      throw refused;
    } catch (IOException | RuntimeException e) {
      // Besides its own exceptions the library throws whatever instructions that don't fit cause.
      throw reader.refusal("it is damaged: " + MessageText.text(String.valueOf(e.getMessage())), e);
    } finally {
      reader.close();
    }
  }

  @Override
  protected Object dispatch(short code) throws IOException {
    if (!ALLOWED.contains(code)) {
      throw needless(code);
    }
    switch (code) {
      case Opcodes.GLOBAL -> stack.add(global(line(), line()));
      case Opcodes.STACK_GLOBAL -> {
        Object name = stack.pop();
        stack.add(global(text(stack.pop()), text(name)));
      }
      case Opcodes.REDUCE -> reduce();
      case Opcodes.NEWOBJ -> newObject(code, 1);
      case Opcodes.NEWOBJ_EX -> newObject(code, 2);
      case Opcodes.BUILD -> build();
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        Object key = stack.pop();
        put(stack.peek(), Arrays.asList(key, value));
      }
      case Opcodes.SETITEMS -> {
        List<Object> items = stack.pop_all_since_marker();
        put(stack.peek(), items);
      }
      case Opcodes.APPEND -> {
        Object value = stack.pop();
        append(Collections.singletonList(value));
      }
      case Opcodes.APPENDS, Opcodes.ADDITEMS -> append(stack.pop_all_since_marker());
      case Opcodes.EMPTY_SET -> stack.add(new PickledObject());
      case Opcodes.FROZENSET -> {
        stack.pop_all_since_marker();
        stack.add(new PickledObject());
      }
      case Opcodes.BINPERSID -> stack.add(storage(stack.pop()));
      case Opcodes.FRAME -> input.skip(Long.BYTES);
      case Opcodes.MEMOIZE -> memo.put(memo.size(), stack.peek());
      case Opcodes.BINGET, Opcodes.LONG_BINGET -> recall(code);
      default -> {
        checkLength(code);
        return super.dispatch(code);
      }
    }
    return NO_RETURN_VALUE;
  }

  /** The library would set memory aside for as many bytes as the file claims. */
  private void checkLength(short code) throws IOException {
    if (code != Opcodes.BINUNICODE && code != Opcodes.BINBYTES) {
      return;
    }
    input.mark(Integer.BYTES);
    long length = littleEndian(Integer.BYTES);
    input.reset();
    if (length > input.available() - Integer.BYTES) {
      throw refusal("it announces a text of " + length + " bytes, more than follow");
    }
  }

  private long littleEndian(int count) throws IOException {
    long value = 0;
    for (int i = 0; i < count; i++) {
      value |= (long) Math.max(0, input.read()) << (Byte.SIZE * i);
    }
    return value;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = input.read(); c != '\n'; c = input.read()) {
      if (c < 0) {
        throw refusal("it ends within a name");
      }
      line.append((char) c);
    }
    return line.toString();
  }

  private Object global(String module, String name) {
    String whole = module + "." + name;
    Optional<PickledType> tensor = PickledType.of(whole);
    if (tensor.isPresent()) {
      return tensor.get();
    }
    if (PickledObject.isOne(module, name)) {
      return new PickledObject();
    }
    throw refusal(
        "it asks for %s, which is no tensor and may be a program"
            .formatted(MessageText.name(whole)));
  }

  private void reduce() {
    Object arguments = stack.pop();
    Object callee = stack.pop();
    if (callee instanceof PickledObject && arguments instanceof Object[]) {
      stack.add(new PickledObject());
      return;
    }
    if (!(callee instanceof PickledType type) || !(arguments instanceof Object[] values)) {
      throw refusal("it calls what cannot be called");
    }
    stack.add(
        type.make(values)
            .orElseThrow(
                () ->
                    refusal(
                        "it makes a " + type + " of " + values.length + " values that don't fit")));
  }

  /** What is made without a call is passed over, with its arguments. */
  private void newObject(short code, int arguments) {
    if (stack.size() <= arguments) {
      throw needless(code);
    }
    for (int i = 0; i < arguments; i++) {
      stack.pop();
    }
    if (!(stack.pop() instanceof PickledObject)) {
      throw needless(code);
    }
    stack.add(new PickledObject());
  }

  private CheckpointException needless(short instruction) {
    return refusal(
        "it has the instruction 0x%02x, which no state dict needs".formatted(instruction));
  }

  /** An OrderedDict's attributes, such as a state dict's versions, mean nothing here. */
  private void build() {
    stack.pop();
    Object built = stack.peek();
    if (!(built instanceof Map || built instanceof PickledObject)) {
      throw refusal("it changes the inside of something else than a dictionary");
    }
  }

  private void append(List<Object> values) {
    Object target = stack.peek();
    if (target instanceof PickledObject) {
      return;
    }
    if (!(target instanceof List<?>)) {
      throw refusal("it adds to something else than a list");
    }
    @SuppressWarnings("unchecked")
    List<Object> list = (List<Object>) target;
    list.addAll(values);
  }

  private void put(Object target, List<Object> keysAndValues) {
    if (target instanceof PickledObject) {
      return;
    }
    if (!(target instanceof Map<?, ?>) || keysAndValues.size() % 2 != 0) {
      throw refusal("it sets items of something else than a dictionary");
    }
    @SuppressWarnings("unchecked")
    Map<Object, Object> map = (Map<Object, Object>) target;
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      Object key = keysAndValues.get(i);
      if (key instanceof PickledObject) {
        continue;
      }
      if (!(key instanceof String || key instanceof Number || key instanceof Boolean)) {
        throw refusal("it has a dictionary whose keys are no texts");
      }
      map.put(key, keysAndValues.get(i + 1));
    }
  }

  private void recall(short code) throws IOException {
    int index = (int) littleEndian(code == Opcodes.BINGET ? 1 : Integer.BYTES);
    if (!memo.containsKey(index)) {
      throw refusal("it refers to its object " + index + ", which there is none of");
    }
    stack.add(memo.get(index));
  }

  private Object storage(Object reference) {
    // PyTorch before 1.6 keeps the source text of a saved object's class beside it
    if (reference instanceof Object[] parts && parts.length > 1 && "module".equals(parts[0])) {
      return parts[1];
    }
    PickledStorage storage =
        PickledStorage.of(reference)
            .orElseThrow(
                () -> refusal("it refers to something outside that is no tensor's values"));
    storages.accept(storage);
    return storage;
  }

  private String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw refusal("it names a global by something else than a text");
  }

  private CheckpointException refusal(String reason) {
    return refusal(reason, null);
  }

  private CheckpointException refusal(String reason, Exception cause) {
    return new CheckpointException(
        "Cannot read the pickle in " + file + ": " + reason + " (" + REMEDY + ")", cause);
  }
}
