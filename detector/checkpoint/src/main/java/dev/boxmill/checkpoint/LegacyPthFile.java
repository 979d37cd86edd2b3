package dev.boxmill.checkpoint;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A checkpoint as {@code torch.save} wrote it before PyTorch 1.6: five pickles one after the other,
 * a mark, a version, facts of the machine, the content, and the storages' keys, then for each of
 * these its number of values and the values.
 */
final class LegacyPthFile implements TensorFile {

  private static final BigInteger MARK = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final int VERSION = 1001;

  /** All pickles together. */
  private static final int MOST_PICKLED = 64 << 20;

  private final Path path;
  private final FileChannel channel;
  private final Map<String, Long> offsets = new HashMap<>();
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

  private LegacyPthFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  static LegacyPthFile open(Path path, PickledStateDict.Names names) {
    LegacyPthFile file = new LegacyPthFile(path, channel(path));
    try {
      file.readTensors(names);
      return file;
    } catch (IOException e) {
      file.close();
      throw unreadable(path, e);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static FileChannel channel(Path path) {
    try {
      return FileChannel.open(path, StandardOpenOption.READ);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private void readTensors(PickledStateDict.Names names) throws IOException {
    byte[] start = new byte[(int) Math.min(channel.size(), MOST_PICKLED)];
    read(start, 0);
    ByteArrayInputStream pickles = new ByteArrayInputStream(start);
    if (!MARK.equals(next(pickles)) || !Integer.valueOf(VERSION).equals(next(pickles))) {
      throw refusal("it is a pickle, but none of torch.save");
    }
    if (!(next(pickles) instanceof Map<?, ?> machine)
        || !Boolean.TRUE.equals(machine.get("little_endian"))) {
      throw refusal("its numbers are not little-endian");
    }
    Map<String, PickledStorage> storages = new HashMap<>();
    Object content =
        TensorPickle.read(path, pickles, storage -> storages.put(storage.key(), storage));
    Object keys = next(pickles);
    findStorages(keys, storages, start.length - (long) pickles.available());
    PickledStateDict.in(path, content, names).forEach(this::add);
  }

  private Object next(ByteArrayInputStream pickles) {
    return TensorPickle.read(path, pickles, storage -> {});
  }

  private void findStorages(Object keys, Map<String, PickledStorage> storages, long start)
      throws IOException {
    if (!(keys instanceof List<?> list)) {
      throw refusal("it has no list of storages");
    }
    long position = start;
    for (Object key : list) {
      PickledStorage storage = key instanceof String name ? storages.get(name) : null;
      if (storage == null) {
        throw refusal("it lists a storage that no tensor has");
      }
      long bytes = bytes(storage);
      if (position > channel.size() - Long.BYTES - bytes) {
        throw refusal("its storage " + MessageText.name(storage.key()) + " is cut off");
      }
      byte[] count = new byte[Long.BYTES];
      read(count, position);
      if (ByteBuffer.wrap(count).order(ByteOrder.LITTLE_ENDIAN).getLong() != storage.elements()) {
        throw refusal("its storage " + MessageText.name(storage.key()) + " has another size");
      }
      position += Long.BYTES;
      offsets.put(storage.key(), position);
      position += bytes;
    }
  }

  private long bytes(PickledStorage storage) {
    try {
      return Math.multiplyExact(storage.elements(), storage.dtype().bits() / Byte.SIZE);
    } catch (ArithmeticException e) {
      throw refusal("its storage " + MessageText.name(storage.key()) + " is larger than any file");
    }
  }

  private void add(String name, PickledTensor tensor) {
    tensor.check(path, name);
    if (!offsets.containsKey(tensor.storage().key())) {
      throw refusal("the storage of " + MessageText.name(name) + " is missing");
    }
    tensors.put(
        name,
        new StoredTensor(
            path, name, tensor.storage().dtype(), tensor.shape(), () -> gathered(tensor)));
  }

  private ByteBuffer gathered(PickledTensor tensor) {
    if (!channel.isOpen()) {
      throw new IllegalStateException(
          "Cannot read " + path + ": the checkpoint is closed (read tensors before closing it)");
    }
    PickledStorage storage = tensor.storage();
    try {
      byte[] stored = new byte[Math.toIntExact(bytes(storage))];
      read(stored, offsets.get(storage.key()));
      return tensor.gathered(stored);
    } catch (ArithmeticException e) {
      throw refusal("its storage " + MessageText.name(storage.key()) + " takes 2 GiB or more");
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private void read(byte[] bytes, long position) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw refusal("it is cut off");
      }
    }
  }

  private CheckpointException refusal(String reason) {
    return PickledStateDict.refusal(path, reason);
  }

  private static CheckpointException unreadable(Path path, IOException e) {
    return new CheckpointException(
        "Cannot read " + path + ": " + e.getMessage() + " (check the file and its storage)", e);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Map<String, StoredTensor> tensors() {
    return tensors;
  }

  @Override
  public void close() {
    ReadFile.close(channel);
  }
}
