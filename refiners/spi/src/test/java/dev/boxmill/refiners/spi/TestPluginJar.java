package dev.boxmill.refiners.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plugin that was compiled elsewhere, loaded as Spark loads {@code --jars}. */
final class TestPluginJar {
  /** The format of classes for the Java after the one that runs. */
  private static final byte NEWER_CLASSES = (byte) (Runtime.version().feature() + 45);

  @TempDir Path directory;

  @Test
  void isNotOnThisClassPath() {
    assertThatThrownBy(() -> Class.forName("com.example.ShiftPlugin"))
        .isInstanceOf(ClassNotFoundException.class)
        .hasMessage("com.example.ShiftPlugin");
    assertThat(names(Refiners.find())).doesNotContain("shift");
  }

  @Test
  void isFoundByTheContextClassLoader() throws Exception {
    assertThat(within(PluginJar.shift(directory), () -> names(Refiners.find()))).contains("shift");
  }

  @Test
  void optionsAreChecked() {
    Path jar = PluginJar.shift(directory);
    assertThatThrownBy(
            () -> within(jar, () -> Refiners.find().parse(List.of("shift:rigth=3,down=far"))))
        .isInstanceOf(RefinerConfigurationException.class)
        .hasMessageContaining("Cannot set up refiners: 2 problems")
        .hasMessageContaining("Refiner 'shift': Invalid down: 'far' (must be number from")
        .hasMessageContaining("Unknown option 'rigth' of refiner 'shift' (known: right (number");
  }

  @Test
  void aPluginForANewerJavaIsNamedWithTheRemedyAndHidesNoOther() throws Exception {
    Path newer = forNewerJava(PluginJar.shift(directory));
    Refiners found = within(newer, Refiners::find);

    assertThatThrownBy(() -> found.parse(List.of("none")))
        .isInstanceOf(RefinerConfigurationException.class)
        .hasMessageContaining("Cannot load a refiner plugin: com/example/ShiftPlugin has been")
        .hasMessageContaining("class file version " + NEWER_CLASSES)
        .hasMessageContaining("(compile it with --release " + Runtime.version().feature() + ")");
  }

  private Path forNewerJava(Path jar) throws IOException {
    Path newer = directory.resolve("newer.jar");
    try (JarFile in = new JarFile(jar.toFile());
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(newer))) {
      for (JarEntry entry : in.stream().toList()) {
        byte[] content = in.getInputStream(entry).readAllBytes();
        if (entry.getName().endsWith(".class")) {
          content[7] = NEWER_CLASSES;
        }
        out.putNextEntry(new JarEntry(entry.getName()));
        out.write(content);
      }
    }
    return newer;
  }

  @Test
  void movesBoxes() throws Exception {
    Detection before = Detection.of(0, 1, 0.5f, new Box(0.5f, 0.5f, 0.25f, 0.25f));
    ImageBatch batch =
        new ImageBatch(
            List.of(new ImageSize(64, 32)), List.of(List.of(before)), FeatureMaps.none());

    List<List<Detection>> after =
        within(
            PluginJar.shift(directory),
            () -> {
              Refiners refiners = Refiners.find();
              List<RefinerSpec> specs = refiners.parse(List.of("shift:right=16,down=-8"));
              try (RefinerChain chain = refiners.open(specs, TestingRefiner.context())) {
                return chain.refine(batch);
              }
            });

    assertThat(after).containsExactly(List.of(before.withBox(new Box(0.75f, 0.25f, 0.25f, 0.25f))));
  }

  @Test
  void fingerprintFollowsOptionsAndCode() throws Exception {
    String first = fingerprint(PluginJar.shift(directory), "shift");
    String same = fingerprint(PluginJar.shift(directory), "shift:right=0.0");
    String moved = fingerprint(PluginJar.shift(directory), "shift:right=1");
    Path changed =
        PluginJar.pack(
            directory,
            "com.example.ShiftPlugin",
            PluginJar.shiftSource().replace("box.xMin() + right", "box.xMin() - right"));

    assertThat(first).matches("shift:right=0.0,down=0.0@[0-9a-f]{64}").isEqualTo(same);
    assertThat(moved).startsWith("shift:right=1.0,down=0.0@").endsWith(first.split("@")[1]);
    assertThat(fingerprint(changed, "shift")).isNotEqualTo(first);
  }

  private static String fingerprint(Path jar, String spec) throws Exception {
    return within(
        jar,
        () -> {
          Refiners refiners = Refiners.find();
          return refiners.fingerprint(refiners.parse(List.of(spec)), TestingRefiner.context());
        });
  }

  @Test
  void brokenServicesFileIsAProblemAndTheRestGoesOn() throws Exception {
    Path broken = Files.createDirectories(directory.resolve("broken"));
    Path service = broken.resolve("META-INF/services/" + RefinerPlugin.class.getName());
    Files.createDirectories(service.getParent());
    Files.writeString(service, "com.example.Gone\n");
    URL[] urls = {broken.toUri().toURL(), PluginJar.shift(directory).toUri().toURL()};

    Refiners refiners = within(urls, Refiners::find);

    assertThat(names(refiners)).contains("shift");
    assertThatThrownBy(() -> refiners.parse(List.of("shift")))
        .hasMessageContaining("Cannot load a refiner plugin")
        .hasMessageContaining("com.example.Gone");
  }

  @Test
  void sourceThatDoesNotCompileSaysWhy() {
    assertThatThrownBy(
            () -> PluginJar.pack(directory, "com.example.Bad", "class Bad { int x = y; }"))
        .hasMessageContaining("Cannot compile")
        .hasMessageContaining("cannot find symbol");
  }

  @Test
  void guideShowsThisSource() throws Exception {
    assertThat(Files.readString(Path.of("..", "README.md"))).contains(PluginJar.shiftSource());
  }

  private static List<String> names(Refiners refiners) {
    return refiners.factories().stream().map(RefinerFactory::name).toList();
  }

  private static <T> T within(Path jar, Callable<T> work) throws Exception {
    return within(new URL[] {jar.toUri().toURL()}, work);
  }

  private static <T> T within(URL[] urls, Callable<T> work) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(urls, before)) {
      thread.setContextClassLoader(loader);
      return work.call();
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
