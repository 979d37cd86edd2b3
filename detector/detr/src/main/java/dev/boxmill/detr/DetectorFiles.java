package dev.boxmill.detr;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.TensorNames;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.ReadingArchitecture;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.detr.words.Prompt;
import dev.boxmill.detr.words.PromptTokenizer;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * A detector as it lies on disk: a Hugging Face directory with {@code config.json}, {@code
 * preprocessor_config.json} and the weights, or a single {@code .pth}, {@code .pt} or {@code .ckpt}
 * whose tensors say what network it is. Read and checked without loading anything native but, for a
 * prompt without tokens, the tokenizer.
 */
public final class DetectorFiles implements AutoCloseable {
  private static final Set<String> STATE_DICTS = Set.of("pth", "pt", "ckpt");

  /** Where a directory has no configuration: tensors under the names of a state dict. */
  private static final String BARE_TENSORS = "state_dict.safetensors";

  private final List<Path> configurations;
  private final Architecture architecture;
  private final Preprocessing preprocessing;
  private final Checkpoint checkpoint;
  private final DetectorOptions options;
  private Optional<String> sha256 = Optional.empty();

  private DetectorFiles(
      List<Path> configurations,
      Architecture architecture,
      Preprocessing preprocessing,
      Checkpoint checkpoint,
      DetectorOptions options) {
    this.configurations = List.copyOf(configurations);
    this.architecture = architecture;
    this.preprocessing = preprocessing;
    this.checkpoint = checkpoint;
    this.options = options;
  }

  /**
   * Opens a detector that needs no options.
   *
   * @throws CheckpointException as {@link #open(Path, DetectorOptions)}
   */
  public static DetectorFiles open(Path path) {
    return open(path, DetectorOptions.NONE);
  }

  /**
   * Opens a Hugging Face directory, a {@code .pth}, or a directory that holds no {@code
   * config.json} and one {@code .pth}, or the same tensors as {@code state_dict.safetensors}.
   *
   * @throws CheckpointException if a file is missing, damaged, asks for what is not supported, or
   *     leaves open what the options don't say
   */
  public static DetectorFiles open(Path path, DetectorOptions options) {
    return stateDict(path)
        .map(file -> openStateDict(file, options))
        .orElseGet(() -> openDirectory(path, options));
  }

  private static Optional<Path> stateDict(Path path) {
    if (Files.isRegularFile(path)) {
      return Optional.of(path);
    }
    if (!Files.isDirectory(path) || Files.exists(path.resolve(DetectorConfiguration.NETWORK))) {
      return Optional.empty();
    }
    List<Path> files = stateDicts(path);
    if (files.size() > 1) {
      throw new CheckpointException(
          "Cannot read detector %s: it has %d files of weights (name one of them: %s)"
              .formatted(path, files.size(), files));
    }
    if (files.isEmpty() && Files.exists(path.resolve(BARE_TENSORS))) {
      return Optional.of(path.resolve(BARE_TENSORS));
    }
    return files.stream().findFirst();
  }

  private static List<Path> stateDicts(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(DetectorFiles::isStateDict).sorted().toList();
    } catch (IOException e) {
      throw new CheckpointException("Cannot list " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Whether a file is called as PyTorch's checkpoints are: {@code .pth} and its like. */
  public static boolean isStateDict(Path file) {
    String name = file.toString();
    return STATE_DICTS.contains(name.substring(name.lastIndexOf('.') + 1));
  }

  private static DetectorFiles openStateDict(Path file, DetectorOptions options) {
    Checkpoint checkpoint = Checkpoint.openFile(file);
    try {
      Architecture architecture = DetrFamily.recognize(checkpoint, options.architecture());
      Path directory = file.toAbsolutePath().getParent();
      Prompt prompt = prompt(architecture, file, directory, options);
      List<Path> configurations = new ArrayList<>();
      if (architecture instanceof ReadingArchitecture reading) {
        PromptTokenizer.file(directory).ifPresent(configurations::add);
        architecture = reading(reading, prompt, file);
      }
      return new DetectorFiles(
          configurations,
          withClassNames(architecture, options),
          architecture.preprocessing(),
          checkpoint,
          options.withPrompt(prompt));
    } catch (RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  private static DetectorFiles openDirectory(Path directory, DetectorOptions options) {
    DetectorConfiguration configuration = DetectorConfiguration.read(directory);
    Architecture architecture = configuration.architecture();
    Prompt prompt = prompt(architecture, directory, directory, options);
    if (!options.architecture().isEmpty()) {
      throw new CheckpointException(
          "Invalid --architecture: %s (must be left out: %s says what the network is)"
              .formatted(options.architecture(), directory.resolve(DetectorConfiguration.NETWORK)));
    }
    List<Path> configurations = new ArrayList<>(configuration.files());
    if (architecture instanceof ReadingArchitecture reading) {
      PromptTokenizer.file(directory).ifPresent(configurations::add);
      architecture = reading(reading, prompt, directory);
    }
    return new DetectorFiles(
        configurations,
        withClassNames(architecture, options),
        configuration.preprocessing(),
        Checkpoint.open(directory),
        options.withPrompt(prompt));
  }

  /**
   * The prompt with its tokens, for a network that reads.
   *
   * @param directory where its tokenizer lies
   * @throws CheckpointException if such a network has none, or another has one
   */
  private static Prompt prompt(
      Architecture architecture, Path detector, Path directory, DetectorOptions options) {
    Prompt prompt = options.prompt();
    if (!(architecture instanceof ReadingArchitecture reading)) {
      refusePrompt(prompt, detector);
      return prompt;
    }
    if (prompt.isEmpty()) {
      throw new MissingPromptException(detector);
    }
    if (!options.classNames().isEmpty()) {
      throw new CheckpointException(
          "Invalid --class-names: the prompt names the classes (leave --class-names out, and name"
              + " classes in a file with --prompts)");
    }
    if (prompt.isTokenized()) {
      return prompt;
    }
    try (PromptTokenizer tokenizer = PromptTokenizer.open(directory)) {
      return tokenizer.read(prompt, reading.vocabulary());
    }
  }

  private static void refusePrompt(Prompt prompt, Path detector) {
    if (!prompt.isEmpty()) {
      throw new CheckpointException(
          ("Invalid --prompt: %s does not read, it finds the classes that it was trained for (leave"
                  + " --prompt out, or name a Grounding DINO, MM-Grounding-DINO or LLMDet)")
              .formatted(detector));
    }
  }

  private static Architecture reading(
      ReadingArchitecture architecture, Prompt prompt, Path detector) {
    try {
      return architecture.reading(prompt);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("Cannot use " + detector + ": " + e.getMessage(), e);
    }
  }

  private static Architecture withClassNames(Architecture architecture, DetectorOptions options) {
    return options.classNames().isEmpty()
        ? architecture
        : new ArchitectureWithClassNames(architecture, options.classNames());
  }

  public Architecture architecture() {
    return architecture;
  }

  /**
   * What was said about the detector, a prompt with its tokens: who opens the same files with it
   * needs no tokenizer.
   */
  public DetectorOptions options() {
    return options;
  }

  /**
   * {@code config.json} and the image processor's, which a state dict has not, and the tokenizer of
   * a network that reads.
   */
  public List<Path> configurations() {
    return configurations;
  }

  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /**
   * The weights under their program names, to be read while this is open.
   *
   * @throws CheckpointException listing all missing, unused and misshapen tensors
   */
  public Map<String, Weight> weights() {
    architecture.require(checkpoint);
    return TensorNames.select(checkpoint, architecture.tensors(), architecture.ignoredTensors());
  }

  /**
   * The weights, and of others those that the files hold, under their program names, to be read
   * while this is open.
   *
   * @param others that {@link #weights} passes over
   * @throws CheckpointException listing all missing, unused and misshapen tensors
   */
  public Map<String, Weight> weightsAnd(List<ExpectedTensor> others) {
    architecture.require(checkpoint);
    List<ExpectedTensor> all = new ArrayList<>(architecture.tensors());
    others.stream()
        .filter(tensor -> tensor.checkpointNames().stream().anyMatch(tensorNames()::contains))
        .forEach(all::add);
    return TensorNames.select(checkpoint, all, architecture.ignoredTensors());
  }

  /** Names of all tensors in the files of weights. */
  public Set<String> tensorNames() {
    return checkpoint.names();
  }

  /**
   * Makes sure that the weights fit the configuration.
   *
   * @throws CheckpointException as {@link #weights}
   */
  public void check() {
    weights();
  }

  /**
   * SHA-256 over the contents of all files that decide what the detector finds. The files are read
   * at the first call.
   */
  public synchronized String sha256() {
    if (sha256.isEmpty()) {
      sha256 = Optional.of(hashFiles());
    }
    return sha256.get();
  }

  private String hashFiles() {
    List<Path> files = new ArrayList<>(configurations);
    files.addAll(checkpoint.files());
    MessageDigest digest = DigestUtils.getSha256Digest();
    for (Path file : files) {
      try {
        DigestUtils.updateDigest(digest, file.toFile());
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read " + file, e);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
