package dev.boxmill.torchscript;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The text of a network: files of functions and the constants that they name. Immutable; nothing
 * native happens before {@link #load}.
 */
public final class Program {
  private final List<SourceFile> files;
  private final Map<String, Object> constants;
  private final Optional<Convolutions> convolutions;

  private Program(
      List<SourceFile> files, Map<String, Object> constants, Optional<Convolutions> convolutions) {
    this.files = files;
    this.constants = constants;
    this.convolutions = convolutions;
  }

  /**
   * @param only kind of device that it is for; empty if for all
   */
  record SourceFile(String name, String text, Optional<Device.Kind> only) {

    SourceFile(Class<?> anchor, String name, Optional<Device.Kind> only) {
      this(name, read(anchor, name), only);
    }

    SourceFile without(Set<String> functions) {
      return new SourceFile(name, Dialect.without(functions, text), only);
    }

    boolean isFor(Device device) {
      return only.isEmpty() || only.get() == device.kind();
    }
  }

  /**
   * A program of resource files. Convolutions and linear layers ({@code prepack, conv,
   * conv_by_channel, conv_add_relu, conv3_add_relu, conv_add, linear, activated_linear}) are added
   * at load, as the device needs them, and so are the functions of {@code tables.py}. After {@code
   * prepare}, each {@code NAME.weight} of two dimensions that has a {@code NAME.bias} beside it
   * belongs to {@code linear}: it may be in a layout of its own.
   *
   * @param anchor class beside whose resources relative file names are looked up
   * @throws IllegalArgumentException if there is no such resource
   */
  public static Program of(Class<?> anchor, String... fileNames) {
    List<SourceFile> files = new ArrayList<>();
    for (String name : fileNames) {
      files.add(new SourceFile(anchor, name, Optional.empty()));
    }
    return new Program(List.copyOf(files), Map.of(), Optional.empty());
  }

  /** This program and the other's files and constants after it. */
  public Program and(Program other) {
    List<SourceFile> joined = new ArrayList<>(files);
    other.files.stream().filter(file -> !joined.contains(file)).forEach(joined::add);
    return new Program(List.copyOf(joined), merged(other.constants), convolutions);
  }

  /**
   * This program and the other, whose functions take the place of those that have the same names
   * here.
   */
  public Program replacedBy(Program other) {
    Set<String> replaced = new HashSet<>();
    other.files.forEach(file -> replaced.addAll(Dialect.definitions(file.text())));
    List<SourceFile> kept = files.stream().map(file -> file.without(replaced)).toList();
    return new Program(kept, constants, convolutions).and(other);
  }

  /**
   * This program and, on devices of that kind alone, one more file of resources.
   *
   * @param anchor class beside whose resources the file name is looked up
   * @throws IllegalArgumentException if there is no such resource
   */
  public Program and(Device.Kind kind, Class<?> anchor, String fileName) {
    List<SourceFile> joined = new ArrayList<>(files);
    joined.add(new SourceFile(anchor, fileName, Optional.of(kind)));
    return new Program(List.copyOf(joined), constants, convolutions);
  }

  /**
   * This program with values for {@code UPPER_CASE} names: Integer, Long, Double, Float, Boolean,
   * String, or a non-empty List of one of these.
   */
  public Program with(Map<String, ?> values) {
    return new Program(files, merged(values), convolutions);
  }

  /**
   * The value that a name of this program stands for.
   *
   * @throws IllegalArgumentException if it has none of that name
   */
  public Object constant(String name) {
    Object value = constants.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "Unknown constant '" + name + "' (known: " + new TreeSet<>(constants.keySet()) + ")");
    }
    return value;
  }

  /** This program with that file of convolutions on any device, for comparing the two. */
  public Program with(Convolutions chosen) {
    return new Program(files, constants, Optional.of(chosen));
  }

  /**
   * Packs and loads the program and hands it the weights.
   *
   * @param weights tensors under the names that the program's {@code prepare} reads; copied before
   *     this returns
   * @throws TorchScriptException if PyTorch refuses the text, or {@code prepare} fails
   */
  public TorchModule load(
      Device device, Precision precision, Map<String, ? extends Weight> weights) {
    Precision exact = precision.on(device);
    TorchModule module = TorchModule.open(archive(device, exact), device, description(device));
    try {
      module.prepare(weights);
      return module;
    } catch (RuntimeException e) {
      module.close();
      throw e;
    }
  }

  /**
   * Loads the program as it is, for entry points that get their weights among their inputs.
   *
   * @throws TorchScriptException if PyTorch refuses the text
   */
  public TorchModule loadWithoutWeights(Device device, Precision precision) {
    return TorchModule.open(archive(device, precision.on(device)), device, description(device));
  }

  /** The program as a TorchScript archive without weights; {@code torch.jit.load} opens it too. */
  public byte[] archive(Device device, Precision precision) {
    Precision exact = precision.on(device);
    Convolutions kernels = convolutions.orElseGet(() -> Convolutions.on(device, exact));
    Program whole = and(kernels.program());
    List<SourceFile> all = new ArrayList<>(whole.filesFor(device));
    all.add(new SourceFile(Program.class, "tables.py", Optional.empty()));
    Map<String, Object> values = whole.merged(Map.of("DTYPE", exact.scalarType()));
    return TorchScriptArchive.of(Dialect.serialized(all, values));
  }

  private List<SourceFile> filesFor(Device device) {
    return files.stream().filter(file -> file.isFor(device)).toList();
  }

  private String description(Device device) {
    return String.join(" + ", filesFor(device).stream().map(SourceFile::name).toList());
  }

  private Map<String, Object> merged(Map<String, ?> values) {
    Map<String, Object> all = new LinkedHashMap<>(constants);
    all.putAll(values);
    return Map.copyOf(all);
  }

  private static String read(Class<?> anchor, String name) {
    try (InputStream in = anchor.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalArgumentException(
            "Cannot read program file " + name + ": no such resource beside " + anchor.getName());
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read program file " + name, e);
    }
  }
}
