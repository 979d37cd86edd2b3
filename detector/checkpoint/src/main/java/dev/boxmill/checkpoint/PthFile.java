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
 * A checkpoint as {@code torch.save} writes it since PyTorch 1.6: a zip archive of uncompressed
 * entries, one pickle that describes the tensors and one entry for each storage. The pickle is data
 * to this reader, and values are read when asked for.
 */
final class PthFile implements TensorFile {

  private static final String PICKLE = "/data.pkl";
  private static final long LARGEST_PICKLE = 64 << 20;

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
    byte[] start = start(path);
    return isZip(start) || isPickle(start);
  }

  private static byte[] start(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(2);
    } catch (IOException e) {
      throw new CheckpointException(
          "Cannot read " + path + ": " + e.getMessage() + " (check the file and its storage)", e);
    }
  }

  private static boolean isZip(byte[] start) {
    return start.length == 2 && start[0] == 'P' && start[1] == 'K';
  }

  private static boolean isPickle(byte[] start) {
    return start.length == 2 && start[0] == (byte) 0x80 && start[1] > 0 && start[1] <= 5;
  }

  static TensorFile open(Path path, PickledStateDict.Names names) {
    RegularFile.check(path);
    return isZip(start(path)) ? openZip(path, names) : LegacyPthFile.open(path, names);
  }

  private static PthFile openZip(Path path, PickledStateDict.Names names) {
    ZipFile zip = zip(path);
    try {
      PthFile file = new PthFile(path, zip, root(path, zip));
      file.readTensors(names);
      return file;
    } catch (RuntimeException | Error e) {
      ReadFile.close(zip);
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
              + ": it is no whole archive of PyTorch: "
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

  private void readTensors(PickledStateDict.Names names) {
    checkByteOrder();
    byte[] pickle = read(entry("data.pkl", LARGEST_PICKLE));
    PickledStateDict.in(path, TensorPickle.read(path, pickle), names).forEach(this::add);
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

  private void add(String name, PickledTensor tensor) {
    tensor.check(path, name);
    PickledStorage storage = tensor.storage();
    checkStorage(name, storage);
    tensors.put(
        name,
        new StoredTensor(path, name, storage.dtype(), tensor.shape(), () -> gathered(tensor)));
  }

  private void checkStorage(String name, PickledStorage storage) {
    long bytes;
    try {
      bytes = Math.multiplyExact(storage.elements(), storage.dtype().bits() / Byte.SIZE);
    } catch (ArithmeticException e) {
      throw refusal("its tensor " + MessageText.name(name) + " is larger than any file");
    }
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
    return PickledStateDict.refusal(path, reason);
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
    ReadFile.close(zip);
  }
}
