package dev.boxmill.job;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Compiles a class outside the class path and packs it into a jar. */
final class PluginJar {

  private PluginJar() {}

  static Path compile(Path folder, String className, String source) throws IOException {
    Path classes = Files.createDirectories(folder.resolve("plugin-classes"));
    Path file = classes.resolve(className.substring(className.lastIndexOf('.') + 1) + ".java");
    Files.writeString(file, source);
    String classPath = System.getProperty("java.class.path");
    int problems =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", classPath, "-d", classes.toString(), file.toString());
    if (problems != 0) {
      throw new IllegalStateException("Cannot compile " + className);
    }
    return pack(classes, folder.resolve("plugin.jar"));
  }

  private static Path pack(Path classes, Path jar) throws IOException {
    try (OutputStream stream = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(stream);
        Stream<Path> files = Files.walk(classes)) {
      List<Path> compiled = files.filter(file -> file.toString().endsWith(".class")).toList();
      for (Path file : compiled) {
        entries.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        entries.write(Files.readAllBytes(file));
      }
    }
    return jar;
  }
}
