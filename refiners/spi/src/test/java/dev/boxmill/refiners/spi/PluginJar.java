package dev.boxmill.refiners.spi;

import dev.boxmill.schemas.Detection;
import dev.boxmill.torchscript.Device;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Makes a plugin's jar from source text, as a third party would: compiled against the contract
 * alone, outside this process's class path. The same source gives the same bytes.
 */
public final class PluginJar {
  private static final String SERVICE = "META-INF/services/" + RefinerPlugin.class.getName();

  private PluginJar() {}

  /** A jar whose refiner {@code shift} moves every box by {@code right} and {@code down} pixels. */
  public static Path shift(Path directory) {
    return pack(directory, "com.example.ShiftPlugin", shiftSource());
  }

  /** The source text of {@link #shift}. */
  public static String shiftSource() {
    try (InputStream text = PluginJar.class.getResourceAsStream("ShiftPlugin.java.txt")) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Compiles one source file and packs it with its services file.
   *
   * @param directory an existing directory; the jar and the classes are written into it
   * @param pluginClass full name of the plugin's class, which the source file declares
   * @return path of the jar
   */
  public static Path pack(Path directory, String pluginClass, String source) {
    try {
      String simpleName = pluginClass.substring(pluginClass.lastIndexOf('.') + 1);
      Path file = Files.writeString(directory.resolve(simpleName + ".java"), source);
      Path classes = Files.createDirectories(directory.resolve(simpleName + "-classes"));
      compile(file, classes);
      Path service = classes.resolve(SERVICE);
      Files.createDirectories(service.getParent());
      Files.writeString(service, pluginClass + "\n");
      return zip(classes, directory.resolve(simpleName + ".jar"));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot pack plugin " + pluginClass + " in " + directory, e);
    }
  }

  private static void compile(Path source, Path classes) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    List<String> options =
        List.of("-d", classes.toString(), "--release", "17", "-classpath", contract());
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(messages, files, null, options, null, files.getJavaFileObjects(source))
              .call();
      if (!compiled) {
        throw new IllegalArgumentException("Cannot compile " + source + ": " + messages);
      }
    }
  }

  /** Class path of what a plugin sees: the contract, its boxes and its tensors. */
  private static String contract() {
    return Stream.of(RefinerPlugin.class, Detection.class, Device.class)
        .map(PluginJar::location)
        .collect(Collectors.joining(System.getProperty("path.separator")));
  }

  private static String location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("Cannot find where " + type + " lies", e);
    }
  }

  private static Path zip(Path classes, Path jar) throws IOException {
    List<Path> entries;
    try (Stream<Path> walk = Files.walk(classes)) {
      entries = walk.filter(Files::isRegularFile).sorted().toList();
    }
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      for (Path entry : entries) {
        ZipEntry header = new ZipEntry(classes.relativize(entry).toString().replace('\\', '/'));
        header.setTime(0);
        out.putNextEntry(header);
        Files.copy(entry, out);
        out.closeEntry();
      }
    }
    return jar;
  }
}
