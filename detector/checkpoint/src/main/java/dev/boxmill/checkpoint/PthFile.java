package dev.boxmill.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A checkpoint as {@code torch.save} writes it: a zip archive of uncompressed entries, one pickle
 * that describes the tensors and one entry for each storage. The pickle is data to this reader, and
 * values are read when asked for.
 */
final class PthFile implements TensorFile {

  /** Under which names scripts keep the network's state dict. */
  private static final List<String> STATE_DICTS = List.of("model", "state_dict");

  private static final String PICKLE = "/data.pkl";
  private static final long LARGEST_PICKLE = 64 << 20;
  private static final int MOST_DIMENSIONS = 16;

  private final Path path;
  private final ZipFile zip;
  private final String root;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

  private PthFile(Path path, ZipFile zip, String root) {
    this.path = path;
    this.zip = zip;
    this.root = root;
  }

  /** Whether the first bytes are a zip archive's, or those of PyTorch's format before 1.6. */
  static boolean isOne(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] start = in.readNBytes(2);
      return start.length == 2 && (isZip(start) || isPickle(start));
    } catch (IOException e) {
      throw new CheckpointException(
          "Cannot read " + path + ": " + e.getMessage() + " (check the file and its storage)", e);
    }
  }

  private static boolean isZip(byte[] start) {
    return start[0] == 'P' && start[1] == 'K';
  }

  private static boolean isPickle(byte[] start) {
    return start[0] == (byte) 0x80 && start[1] > 0 && start[1] <= 5;
  }

  static PthFile open(Path path) {
    ZipFile zip = zip(path);
    try {
      PthFile file = new PthFile(path, zip, root(path, zip));
      file.readTensors();
      return file;
    } catch (RuntimeException | Error e) {
      closeQuietly(zip);
      throw e;
    }
  }

  private static ZipFile zip(Path path) {
    try {
      return new ZipFile(path.toFile());
    } catch (IOException | IllegalArgumentException e) {
      throw new CheckpointException(
          "Cannot read "
              + path
              + ": it is no archive of PyTorch 1.6 or newer: "
              + e.getMessage()
              + " (copy it again, or load it in PyTorch and save it again)",
          e);
    }
  }

  private static String root(Path path, ZipFile zip) {
    List<String> roots =
        zip.stream()
            .map(ZipEntry::getName)
            .filter(
                name ->
                    name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length())
            .map(name -> name.substring(0, name.length() - PICKLE.length()))
            .toList();
    if (roots.size() != 1) {
      throw new CheckpointException(
          "Cannot read "
              + path
              + ": it has "
              + roots.size()
              + " entries NAME/data.pkl (must have one: give a file that torch.save wrote)");
    }
    return roots.get(0);
  }

  private void readTensors() {
    checkByteOrder();
    byte[] pickle = read(entry("data.pkl", LARGEST_PICKLE));
    stateDict(TensorPickle.read(path, pickle)).forEach(this::add);
    if (tensors.isEmpty()) {
      throw refusal("it holds no tensors");
    }
  }

  private void checkByteOrder() {
    if (zipEntry(root + "/byteorder") == null) {
      return;
    }
    byte[] order = read(entry("byteorder", LARGEST_PICKLE));
    if (!Arrays.equals(order, "little".getBytes(StandardCharsets.US_ASCII))) {
      throw refusal("its numbers are not little-endian");
    }
  }

  private Map<?, ?> stateDict(Object root) {
    if (!(root instanceof Map<?, ?> map)) {
      throw refusal("it holds no dictionary");
    }
    for (String key : STATE_DICTS) {
      if (map.get(key) instanceof Map<?, ?> nested) {
        return nested;
      }
    }
    return map;
  }

  private void add(Object key, Object value) {
    if (!(key instanceof String name)) {
      throw refusal("its state dict has a key that is no text");
    }
    if (!(value instanceof PickledTensor tensor)) {
      throw refusal("its entry " + MessageText.name(name) + " is no tensor");
    }
    check(name, tensor);
    PickledStorage storage = tensor.storage();
    tensors.put(
        name,
        new StoredTensor(path, name, storage.dtype(), tensor.shape(), () -> gathered(tensor)));
  }

  private void check(String name, PickledTensor tensor) {
    try {
      if (tensor.shape().size() > MOST_DIMENSIONS) {
        throw refusal("its tensor " + MessageText.name(name) + " has too many dimensions");
      }
      tensor
          .fault()
          .ifPresent(
              fault -> {
                throw refusal("its tensor " + MessageText.name(name) + " of " + fault);
              });
      checkStorage(name, tensor.storage());
    } catch (ArithmeticException e) {
      throw refusal("its tensor " + MessageText.name(name) + " is larger than any file");
    }
  }

  private void checkStorage(String name, PickledStorage storage) {
    long bytes = Math.multiplyExact(storage.elements(), storage.dtype().bits() / Byte.SIZE);
    ZipEntry entry = entry("data/" + storage.key(), Long.MAX_VALUE);
    if (entry.getSize() != bytes) {
      throw refusal(
          "the storage of "
              + MessageText.name(name)
              + " should have "
              + bytes
              + " bytes and has "
              + entry.getSize());
    }
  }

  private ByteBuffer gathered(PickledTensor tensor) {
    return tensor.gathered(read(entry("data/" + tensor.storage().key(), Long.MAX_VALUE)));
  }

  /** An entry that takes no more room than it has in the file. */
  private ZipEntry entry(String name, long most) {
    ZipEntry entry = zipEntry(root + "/" + name);
    if (entry == null) {
      throw refusal("its entry " + MessageText.name(name) + " is missing");
    }
    if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
      throw refusal(
          "its entry " + MessageText.name(name) + " is compressed, as torch.save never does");
    }
    if (entry.getSize() > Math.min(most, path.toFile().length())) {
      throw refusal("its entry " + MessageText.name(name) + " is too large");
    }
    return entry;
  }

  private ZipEntry zipEntry(String name) {
    try {
      return zip.getEntry(name);
    } catch (IllegalStateException e) {
      throw new IllegalStateException(
          "Cannot read " + path + ": the checkpoint is closed (read tensors before closing it)", e);
    }
  }

  private byte[] read(ZipEntry entry) {
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] bytes = in.readNBytes(Math.toIntExact(entry.getSize()));
      if (bytes.length != entry.getSize()) {
        throw refusal("its entry " + MessageText.name(entry.getName()) + " is cut off");
      }
      return bytes;
    } catch (IOException e) {
      throw refusal("its entry " + MessageText.name(entry.getName()) + ": " + e.getMessage());
    } catch (ArithmeticException e) {
      throw refusal("its entry " + MessageText.name(entry.getName()) + " takes 2 GiB or more");
    }
  }

  private CheckpointException refusal(String reason) {
    return new CheckpointException(
        "Cannot read "
            + path
            + ": "
            + reason
            + " (give a state dict that torch.save of PyTorch 1.6 or newer wrote)");
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
    closeQuietly(zip);
  }

  private static void closeQuietly(ZipFile zip) {
    try {
      zip.close();
    } catch (IOException e) {
      System.getLogger(PthFile.class.getName())
          .log(System.Logger.Level.WARNING, "Cannot close a checkpoint file", e);
    }
  }
}
