package dev.boxmill.torchscript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestNamedTorch {
  private static final String LIBRARY = System.mapLibraryName("torch");

  @TempDir private Path directory;

  @Test
  void sitePackagesTheirTorchAndAnEnvironmentNameTheSameLibrary() throws IOException {
    Path packages = directory.resolve("gpu/lib/python3.11/site-packages");
    Path libraries = python(packages, "2.7.1+cu126");

    assertThat(new NamedTorch(packages).libraries()).isEqualTo(libraries);
    assertThat(new NamedTorch(packages.resolve("torch")).libraries()).isEqualTo(libraries);
    assertThat(new NamedTorch(directory.resolve("gpu")).libraries()).isEqualTo(libraries);
  }

  @Test
  void anUnpackedLibtorchIsOne() throws IOException {
    Path libraries = library(directory.resolve("libtorch/lib"));
    Files.writeString(directory.resolve("libtorch/build-version"), "2.7.1+cu128\n");

    assertThat(new NamedTorch(directory.resolve("libtorch")).libraries()).isEqualTo(libraries);
  }

  @Test
  void aFolderThatDjlDownloadedIsOne() throws IOException {
    Path downloaded = library(directory.resolve("2.7.1-cu128-linux-x86_64"));

    assertThat(new NamedTorch(downloaded).libraries()).isEqualTo(downloaded);
  }

  @Test
  void anotherVersionIsRefusedWithTheOneThatFits() throws IOException {
    Path libraries = python(directory, "2.11.0+cu130");

    assertThatThrownBy(() -> new NamedTorch(directory).libraries())
        .isInstanceOf(TorchScriptException.class)
        .hasMessage(
            "Cannot use PyTorch 2.11.0 of "
                + libraries
                + ": must be 2.7.1 (pip install torch==2.7.1)");
  }

  @Test
  void aFolderWithoutOneIsRefused() {
    assertThatThrownBy(() -> new NamedTorch(directory.resolve("gone")).libraries())
        .isInstanceOf(TorchScriptException.class)
        .hasMessage(
            "Cannot find PyTorch's "
                + LIBRARY
                + " in "
                + directory.resolve("gone")
                + " (set BOXMILL_TORCH to the site-packages folder that has Python's torch 2.7.1)");
  }

  @Test
  void aRelativePathIsMadeAbsolute() throws IOException {
    python(directory, "2.7.1");
    Path relative = Path.of("").toAbsolutePath().relativize(directory);

    assertThat(new NamedTorch(relative).libraries()).isAbsolute();
  }

  private static Path python(Path packages, String version) throws IOException {
    Path libraries = library(packages.resolve("torch/lib"));
    Files.writeString(
        packages.resolve("torch/version.py"), "__version__ = '" + version + "'\ndebug = False\n");
    return libraries;
  }

  private static Path library(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.createFile(folder.resolve(LIBRARY));
    return folder;
  }
}
