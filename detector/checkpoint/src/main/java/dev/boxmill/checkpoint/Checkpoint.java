package dev.boxmill.checkpoint;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The tensors of a Hugging Face checkpoint directory: {@code model.safetensors}, or where that is
 * absent the shards that {@code model.safetensors.index.json} names, or where that is absent too
 * {@code pytorch_model.bin} or its shards.
 *
 * <p>Opening reads and checks the headers alone. Each tensor is mapped into memory when its values
 * are asked for; the checkpoint keeps no mapping. Closing it closes the files; Java 17 has no call
 * to unmap, so the address range of a mapping goes back to the system when the garbage collector
 * finds its buffer unreachable. Mapped pages that were only read cost no heap and are the system's
 * to drop at any time. A file must not be cut off while a buffer of it is read: the JVM then throws
 * an {@link InternalError}. Replacing it by renaming is safe.
 */
public final class Checkpoint implements AutoCloseable {

  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = SINGLE + ".index.json";
  private static final String PICKLED = "pytorch_model.bin";
  private static final String PICKLED_INDEX = PICKLED + ".index.json";

  private final Path location;
  private final List<TensorFile> files;
  private final Map<String, StoredTensor> tensors;

  private Checkpoint(Path location, List<TensorFile> files, Map<String, StoredTensor> tensors) {
    this.location = location;
    this.files = List.copyOf(files);
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  /**
   * Opens the directory's weights.
   *
   * @throws CheckpointException if there are none, or a header doesn't describe its file
   */
  public static Checkpoint open(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new CheckpointException(
          "Cannot read checkpoint "
              + directory
              + ": no such directory (name a Hugging Face checkpoint directory)");
    }
    List<TensorFile> files = new ArrayList<>();
    try {
      return open(directory, files);
    } catch (RuntimeException | Error e) {
      files.forEach(TensorFile::close);
      throw e;
    }
  }

  /**
   * Opens a single file of weights: safetensors, or a PyTorch checkpoint ({@code .pth}), of which
   * the state dict is read: all of it, or what lies in it as {@code ema}, {@code model}, {@code
   * state_dict} or under other customary keys, one in another too. Where every name begins with a
   * wrapper's, such as {@code module.}, that is taken off. The file's first bytes say which of the
   * two it is.
   *
   * @throws CheckpointException if it is neither, or damaged, or holds anything but tensors
   */
  public static Checkpoint openFile(Path path) {
    RegularFile.check(path);
    TensorFile file =
        PthFile.isOne(path)
            ? PthFile.open(path, PickledStateDict.Names.UNWRAPPED)
            : SafetensorsFile.open(path);
    return new Checkpoint(path, List.of(file), tensors(file));
  }

  private static Checkpoint open(Path directory, List<TensorFile> opened) {
    for (String single : List.of(SINGLE, PICKLED)) {
      String index = single.equals(SINGLE) ? INDEX : PICKLED_INDEX;
      if (isThere(directory.resolve(single))) {
        TensorFile file = openPart(directory.resolve(single));
        opened.add(file);
        return new Checkpoint(directory, opened, tensors(file));
      }
      if (isThere(directory.resolve(index))) {
        return new Checkpoint(directory, opened, sharded(directory.resolve(index), opened));
      }
    }
    throw noWeights(directory);
  }

  private static boolean isThere(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static TensorFile openPart(Path file) {
    return file.toString().endsWith(".bin")
        ? PthFile.open(file, PickledStateDict.Names.AS_SAVED)
        : SafetensorsFile.open(file);
  }

  private static Map<String, StoredTensor> sharded(Path index, List<TensorFile> opened) {
    Map<String, String> shards = ShardIndex.read(index);
    Map<String, StoredTensor> tensors = new TreeMap<>();
    for (String shard : new TreeSet<>(shards.values())) {
      TensorFile file = openPart(index.resolveSibling(shard));
      opened.add(file);
      tensors(file)
          .forEach(
              (name, tensor) -> {
                if (!shard.equals(shards.get(name))) {
                  throw ShardIndex.refusal(
                      index,
                      "it does not say that " + MessageText.name(name) + " lies in " + shard);
                }
                tensors.put(name, tensor);
              });
    }
    shards.forEach(
        (name, shard) -> {
          if (!tensors.containsKey(name)) {
            throw ShardIndex.refusal(
                index, "tensor " + MessageText.name(name) + " is not in " + shard + ", its shard");
          }
        });
    return tensors;
  }

  private static Map<String, StoredTensor> tensors(TensorFile file) {
    return new TreeMap<>(file.tensors());
  }

  private static CheckpointException noWeights(Path directory) {
    return new CheckpointException(
        "Cannot read checkpoint "
            + directory
            + ": it has none of "
            + String.join(", ", SINGLE, INDEX, PICKLED, PICKLED_INDEX)
            + " (name a Hugging Face checkpoint directory, downloaded as a whole)");
  }

  /** The directory, or the single file. */
  public Path location() {
    return location;
  }

  /** The files that hold tensors, by name. */
  public List<Path> files() {
    return files.stream().map(TensorFile::path).toList();
  }

  /** Names of all tensors, sorted. */
  public Set<String> names() {
    return tensors.keySet();
  }

  /**
   * The tensor of that name.
   *
   * @throws CheckpointException if there is none
   */
  public StoredTensor tensor(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new CheckpointException(
          "Unknown tensor "
              + MessageText.name(name)
              + " in "
              + location
              + " (near: "
              + SimilarNames.among(names(), name)
              + ")");
    }
    return tensor;
  }

  @Override
  public void close() {
    files.forEach(TensorFile::close);
  }
}
