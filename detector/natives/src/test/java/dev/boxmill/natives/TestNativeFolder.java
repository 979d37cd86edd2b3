package dev.boxmill.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestNativeFolder {
  private static final String PRIVATE = "rwx------";

  @TempDir private Path directory;
  private Path home;
  private Path temporary;

  @BeforeEach
  void makeFolders() throws IOException {
    home = Files.createDirectory(directory.resolve("home"));
    temporary = Files.createDirectory(directory.resolve("tmp"));
  }

  @Test
  void itLiesInTheHomeFolderAndIsPrivate() throws IOException {
    Path folder = NativeFolder.of(".djl.ai", home, temporary);

    assertThat(folder).isEqualTo(home.resolve(".djl.ai"));
    assertThat(permissions(folder)).isEqualTo(PRIVATE);
    assertThat(NativeFolder.of(".djl.ai", home, temporary)).isEqualTo(folder);
  }

  @Test
  void aUserWithoutAHomeGetsThePrivateFolderAgain() throws IOException {
    Path folder = NativeFolder.of(".djl.ai", Path.of("?"), temporary);

    assertThat(folder).hasParent(temporary);
    assertThat(permissions(folder)).isEqualTo(PRIVATE);
    assertThat(NativeFolder.of(".djl.ai", Path.of("?"), temporary)).isEqualTo(folder);
  }

  @Test
  void aFolderThatSomebodyPreparedIsNotUsed() throws IOException {
    Path usual = NativeFolder.of(".djl.ai", Path.of("?"), temporary);
    open(usual);

    Path folder = NativeFolder.of(".djl.ai", Path.of("?"), temporary);

    assertThat(folder).isNotEqualTo(usual).hasParent(temporary);
    assertThat(permissions(folder)).isEqualTo(PRIVATE);
  }

  @Test
  void aLinkInItsPlaceIsNotFollowed() throws IOException {
    Path usual = NativeFolder.of(".djl.ai", Path.of("?"), temporary);
    Files.delete(usual);
    Files.createSymbolicLink(usual, Files.createDirectory(directory.resolve("elsewhere")));

    assertThat(NativeFolder.of(".djl.ai", Path.of("?"), temporary)).isNotEqualTo(usual);
  }

  @Test
  void aFolderInTheHomeThatEverybodyWritesToIsNotUsed() throws IOException {
    open(NativeFolder.of(".djl.ai", home, temporary));

    assertThat(NativeFolder.of(".djl.ai", home, temporary)).hasParent(temporary);
  }

  @Test
  void whereNothingCanBeWrittenTheMessageSaysWhatToSet() {
    Path gone = directory.resolve("gone");

    assertThatThrownBy(() -> NativeFolder.of(".djl.ai", Path.of("?"), gone))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(
            "Cannot unpack native libraries: neither ? nor "
                + gone
                + " can be written (set HOME, or -Djava.io.tmpdir): ");
  }

  private static void open(Path folder) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  private static String permissions(Path folder) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder));
  }
}
