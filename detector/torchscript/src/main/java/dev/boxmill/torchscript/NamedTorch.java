package dev.boxmill.torchscript;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The PyTorch library that the environment variable {@value #VARIABLE} names. CUDA builds come this
 * way, because no Maven repository has one. It may name Python's {@code site-packages}, the {@code
 * torch} in it, a Python environment, an unpacked libtorch, or a folder that DJL downloaded.
 */
final class NamedTorch {
  static final String VARIABLE = "BOXMILL_TORCH";

  /** The version that DJL's native code is compiled against. */
  static final String VERSION = "2.7.1";

  /** For a user who must set the variable. */
  static final String REMEDY =
      "set " + VARIABLE + " to the site-packages folder that has Python's torch " + VERSION;

  private static final String LIBRARY = System.mapLibraryName("torch");
  private static final Pattern NUMBER = Pattern.compile("\\d+\\.\\d+\\.\\d+");

  private final Path named;

  NamedTorch(Path named) {
    this.named = named;
  }

  /** Empty where the variable is not set. */
  static Optional<NamedTorch> find() {
    String named = System.getProperty("boxmill.torch", System.getenv(VARIABLE));
    return Optional.ofNullable(named)
        .filter(name -> !name.isBlank())
        .map(name -> new NamedTorch(Path.of(name)));
  }

  /**
   * Makes DJL load it. DJL reads these properties when its engine starts.
   *
   * @throws TorchScriptException if there is none, or one of another version
   */
  void use() {
    System.setProperty("PYTORCH_LIBRARY_PATH", libraries().toString());
    System.setProperty("PYTORCH_VERSION", VERSION);
    // of DJL's native code, which runs on CUDA builds too
    System.setProperty("PYTORCH_FLAVOR", "cpu");
  }

  /** The folder of the library's files. */
  Path libraries() {
    Path libraries = found();
    String version = version(libraries);
    if (!version.equals(VERSION)) {
      throw new TorchScriptException(
          "Cannot use PyTorch "
              + version
              + " of "
              + libraries
              + ": must be "
              + VERSION
              + " (pip install torch=="
              + VERSION
              + ")",
          null);
    }
    return libraries;
  }

  private Path found() {
    return candidates().stream()
        .filter(folder -> Files.isRegularFile(folder.resolve(LIBRARY)))
        .map(Path::toAbsolutePath)
        .findFirst()
        .orElseThrow(
            () ->
                new TorchScriptException(
                    "Cannot find PyTorch's " + LIBRARY + " in " + this + " (" + REMEDY + ")",
                    null));
  }

  private List<Path> candidates() {
    List<Path> candidates = new ArrayList<>();
    candidates.add(named.resolve("torch/lib"));
    candidates.add(named.resolve("lib"));
    candidates.add(named);
    try (DirectoryStream<Path> pythons =
        Files.newDirectoryStream(named.resolve("lib"), "python3*")) {
      pythons.forEach(python -> candidates.add(python.resolve("site-packages/torch/lib")));
    } catch (IOException noEnvironment) {
      return candidates;
    }
    return candidates;
  }

  /** Python's package and libtorch have files that say it, DJL's folder is named by it. */
  private static String version(Path libraries) {
    // of an environment variable of DJL's: who sets it answers for its own native code
    String given = System.getenv("PYTORCH_VERSION");
    if (given != null) {
      return VERSION;
    }
    String text = libraries.getFileName().toString();
    for (String file : List.of("version.py", "build-version")) {
      Path path = libraries.resolveSibling(file);
      try {
        text = Files.isRegularFile(path) ? Files.readString(path) : text;
      } catch (IOException e) {
        throw new TorchScriptException("Cannot read " + path + ": " + e, e);
      }
    }
    Matcher number = NUMBER.matcher(text);
    return number.find() ? number.group() : "of an unknown version";
  }

  @Override
  public String toString() {
    return named.toString();
  }
}
