package dev.boxmill.job;

import dev.boxmill.job.error.BadInputException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Puts jars of plugins before the driver's eyes; Spark takes them to the executors. */
final class PluginJars {

  private PluginJars() {}

  /**
   * Makes the thread's context class loader see the jars.
   *
   * @throws BadInputException if one is missing
   */
  static void load(List<Path> jars) {
    if (jars.isEmpty()) {
      return;
    }
    URL[] urls = jars.stream().map(PluginJars::url).toArray(URL[]::new);
    Thread thread = Thread.currentThread();
    thread.setContextClassLoader(
        new URLClassLoader("plugins", urls, thread.getContextClassLoader()));
  }

  private static URL url(Path jar) {
    if (!Files.isRegularFile(jar)) {
      throw new BadInputException(
          "Cannot load plugin jar " + jar + ": it does not exist (check the path after --jars)");
    }
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException impossible) {
      throw new IllegalStateException("Cannot name " + jar + " as URL", impossible);
    }
  }
}
