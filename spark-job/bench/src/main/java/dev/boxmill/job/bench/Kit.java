package dev.boxmill.job.bench;

import dev.boxmill.job.Boxmill;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.samples.BundledSamples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.apache.commons.io.FileUtils;

/**
 * A {@code .tar.gz} or {@code .tar.xz} for a machine with a GPU that has Python's torch but no
 * Java: a Java runtime, boxmill without Spark and without a library of PyTorch, pictures, every
 * network's programs, and {@code ./run}, which prints a table.
 */
final class Kit {
  private static final String MODULES =
      "java.base,java.desktop,jdk.unsupported,java.logging,jdk.random";
  private static final List<String> SCRIPTS =
      List.of("forward_gpu.py", "family_peer.py", "sides.py", "check_cuda.py");
  private static final Pattern OTHER_PLATFORMS =
      Pattern.compile("jnilib/(?!linux-x86_64/cpu/).+/.+");
  private static final int EXECUTABLE = 0755;

  private static final String RUN =
      """
      #!/bin/sh
      # Prints images per second of this machine's GPU: ./run --help
      # Needs Python's torch 2.7.1; BOXMILL_TORCH names its site-packages if python3 does not find it.
      set -eu
      here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
      if [ -z "${BOXMILL_TORCH:-}" ]; then
        BOXMILL_TORCH=$(python3 -c 'import os, torch; print(os.path.dirname(os.path.dirname(torch.__file__)))')
      fi
      export BOXMILL_TORCH OPT_OUT_TRACKING=true NVIDIA_TF32_OVERRIDE=0
      exec "$here/runtime/bin/java" -Dai.djl.offline=true -Djava.awt.headless=true -Dslf4j.internal.verbosity=ERROR \\
        -cp "$here/lib/*" dev.boxmill.job.bench.KitTable --pictures "$here/pictures" "$@"
      """;

  private final Path folder;

  private Kit(Path folder) {
    this.folder = folder;
  }

  /**
   * Writes it.
   *
   * @param scripts the folder of Python scripts in a clone
   * @throws BadInputException if it can't be written there
   */
  static void write(Path file, Path scripts, PrintWriter out) throws IOException {
    Path work = Files.createTempDirectory("boxmill-kit-");
    try {
      Kit kit = new Kit(work.resolve("boxmill-kit"));
      kit.fill(scripts);
      kit.pack(file);
      out.printf("Kit: %s, %.1f MB%n", file, Files.size(file) / 1e6);
      out.flush();
    } finally {
      FileUtils.deleteDirectory(work.toFile());
    }
  }

  private void fill(Path scripts) throws IOException {
    Files.createDirectories(folder.resolve("lib"));
    Files.writeString(folder.resolve("run"), RUN);
    runtime();
    copyJar(location(Boxmill.class), folder.resolve("lib/boxmill.jar"), Kit::belongs);
    copyClasses(location(Kit.class), folder.resolve("lib/bench.jar"));
    Files.createDirectories(folder.resolve("pictures"));
    for (ImageInput scene : BundledSamples.scenes()) {
      String name = scene.uri().substring(scene.uri().lastIndexOf('/') + 1);
      Files.write(folder.resolve("pictures").resolve(name), scene.content().read());
    }
    PrintWriter nobody =
        new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    NetworkArchives.write(folder.resolve("networks"), nobody);
    NetworkArchives.writeRefineBox(folder.resolve("refinebox"), nobody);
    Files.createDirectories(folder.resolve("python"));
    for (String script : SCRIPTS) {
      Files.copy(scripts.resolve(script), folder.resolve("python").resolve(script));
    }
  }

  private void runtime() {
    ToolProvider jlink =
        ToolProvider.findFirst("jlink")
            .orElseThrow(
                () ->
                    new BadInputException(
                        "Cannot make a Java runtime: this is no JDK (run a JDK 17)"));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream log = new PrintStream(said, true, StandardCharsets.UTF_8);
    int status =
        jlink.run(
            log,
            log,
            "--add-modules",
            MODULES,
            "--strip-java-debug-attributes",
            "--no-header-files",
            "--no-man-pages",
            "--output",
            folder.resolve("runtime").toString());
    if (status != 0) {
      throw new IllegalStateException(
          "Cannot make a Java runtime: " + said.toString(StandardCharsets.UTF_8));
    }
  }

  /** All but PyTorch's library and native code for other platforms. */
  private static boolean belongs(String entry) {
    return !entry.startsWith("pytorch/") && !OTHER_PLATFORMS.matcher(entry).matches();
  }

  private static void copyJar(Path from, Path to, Predicate<String> belongs) throws IOException {
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(from));
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (!entry.isDirectory() && belongs.test(entry.getName())) {
          out.putNextEntry(new ZipEntry(entry.getName()));
          in.transferTo(out);
        }
      }
    }
  }

  private static void copyClasses(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from);
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        out.putNextEntry(new ZipEntry(from.relativize(file).toString()));
        Files.copy(file, out);
      }
    }
  }

  /** Where a class was loaded from. */
  private static Path location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** By the file's name: xz takes minutes and saves a fifth. */
  private static OutputStream compressed(Path file) throws IOException {
    OutputStream out = Files.newOutputStream(file);
    return file.toString().endsWith(".xz")
        ? new XZCompressorOutputStream(out)
        : new GZIPOutputStream(out);
  }

  private void pack(Path file) {
    try (Stream<Path> files = Files.walk(folder);
        TarArchiveOutputStream tar =
            new TarArchiveOutputStream(compressed(file), StandardCharsets.UTF_8.name())) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Path packed : files.filter(Files::isRegularFile).sorted().toList()) {
        TarArchiveEntry entry =
            new TarArchiveEntry(packed.toFile(), folder.getParent().relativize(packed).toString());
        if (Files.isExecutable(packed) || packed.equals(folder.resolve("run"))) {
          entry.setMode(EXECUTABLE);
        }
        tar.putArchiveEntry(entry);
        try (InputStream in = Files.newInputStream(packed)) {
          in.transferTo(tar);
        }
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new BadInputException(
          "Cannot write a kit to " + file + ": " + e + " (name another --output)", e);
    }
  }
}
