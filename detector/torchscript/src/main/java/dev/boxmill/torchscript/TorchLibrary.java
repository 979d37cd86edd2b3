package dev.boxmill.torchscript;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.ClassLoaderUtils;
import dev.boxmill.natives.NativeFolder;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/** PyTorch's native library, which a JVM loads once and keeps. */
public final class TorchLibrary {

  /** Linux shows a folder for each GPU here, where NVIDIA's driver is loaded. */
  private static final Path DRIVER_GPUS = Path.of("/proc/driver/nvidia/gpus");

  /** Each jar with a library has one. */
  private static final String LIBRARIES = "native/lib/pytorch.properties";

  private static String loaded;

  private TorchLibrary() {}

  /**
   * Loads it if nobody did: the one that {@code BOXMILL_TORCH} names, else the CPU build on the
   * class path.
   *
   * @return its version, such as {@code 2.7.1}
   * @throws TorchScriptException if it can't be loaded here
   */
  public static synchronized String load() {
    if (loaded == null) {
      Optional<NamedTorch> named = NamedTorch.find();
      named.ifPresent(NamedTorch::use);
      useOwnCache();
      if (named.isEmpty()) {
        requireOneFor(platform());
      }
      try {
        loaded = Engine.getEngine("PyTorch").getVersion();
      } catch (EngineException | LinkageError e) {
        throw new TorchScriptException("Cannot load PyTorch's native library: " + reason(e), e);
      }
    }
    return loaded;
  }

  /** This machine's, as native libraries are named by it, such as {@code linux-aarch64}. */
  public static String platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String name = system.startsWith("mac") ? "osx" : system.startsWith("win") ? "win" : system;
    return name + "-" + System.getProperty("os.arch").replace("amd64", "x86_64");
  }

  /**
   * Looks for the platform among the class path's libraries: DJL would take another's, or look for
   * one on the network.
   */
  static void requireOneFor(String platform) {
    Set<String> found = new TreeSet<>();
    try {
      ClassLoader classes = ClassLoaderUtils.getContextClassLoader();
      for (URL file : Collections.list(classes.getResources(LIBRARIES))) {
        Properties library = new Properties();
        try (InputStream stream = file.openStream()) {
          library.load(stream);
        }
        found.add(library.getProperty("classifier", ""));
      }
    } catch (IOException unreadable) {
      throw new TorchScriptException(
          "Cannot read " + LIBRARIES + " of the class path: " + unreadable.getMessage(),
          unreadable);
    }
    if (!found.isEmpty() && !found.contains(platform)) {
      throw new TorchScriptException(
          "Cannot load PyTorch's native library: this machine is "
              + platform
              + ", the class path has it for "
              + String.join(", ", found)
              + " (add dev.boxmill:boxmill-platform-"
              + platform
              + ", or build boxmill.jar on such a machine)",
          null);
    }
  }

  /** Where DJL, and JNA for it, unpack native code; what the user named stays. */
  private static void useOwnCache() {
    for (String setting : List.of("DJL_CACHE_DIR", "jna.tmpdir")) {
      if (System.getenv(setting) == null && System.getProperty(setting) == null) {
        try {
          System.setProperty(setting, NativeFolder.of(".djl.ai").toString());
        } catch (IllegalStateException unwritable) {
          throw new TorchScriptException(unwritable.getMessage(), unwritable);
        }
      }
    }
  }

  /** The folder that it was loaded from. */
  public static Path folder() {
    return Path.of(LibUtils.getLibtorchPath());
  }

  /**
   * Computes a little on the device, so that one that can't be used is told from images that can't
   * be labeled.
   *
   * @throws TorchScriptException if it can't be used, with the remedy
   */
  public static void requireUsable(Device device) {
    load();
    if (device.kind() == Device.Kind.CPU) {
      return;
    }
    if (!Files.exists(folder().resolve(System.mapLibraryName("torch_cuda")))) {
      throw new TorchScriptException(
          "Cannot compute on "
              + device
              + ": PyTorch's library in "
              + folder()
              + " is a build without CUDA ("
              + NamedTorch.REMEDY
              + "; on executors by spark.executorEnv."
              + NamedTorch.VARIABLE
              + ")",
          null);
    }
    probe(device);
  }

  /**
   * How many CUDA devices this process can use: none without NVIDIA's driver, or with a library
   * without CUDA. Nothing native is loaded where there is no driver.
   */
  public static int cudaDevices() {
    int most = driverGpus();
    if (most == 0 || NamedTorch.find().isEmpty()) {
      return 0;
    }
    int usable = 0;
    try {
      while (usable < most) {
        requireUsable(Device.cuda(usable));
        usable++;
      }
    } catch (TorchScriptException notThisOne) {
      return usable;
    }
    return usable;
  }

  private static int driverGpus() {
    int count = 0;
    try (DirectoryStream<Path> gpus = Files.newDirectoryStream(DRIVER_GPUS)) {
      for (Path ignored : gpus) {
        count++;
      }
    } catch (IOException noDriver) {
      return 0;
    }
    return count;
  }

  private static void probe(Device device) {
    try (NDManager manager = NDManager.newBaseManager(device.djl(), "PyTorch")) {
      manager.create(1f).add(1f).getFloat();
    } catch (RuntimeException | LinkageError e) {
      String said = reason(e).lines().findFirst().orElse("");
      throw new TorchScriptException(
          "Cannot compute on " + device + ": " + said + " (" + remedy(said) + ")", e);
    }
  }

  private static String remedy(String said) {
    return said.contains("invalid device ordinal")
        ? "it has fewer GPUs than that: see spark.executor.resource.gpu.discoveryScript"
        : "nvidia-smi must work there; a container must be given its GPU";
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
