package dev.boxmill.natives;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A folder for native libraries: what is loaded from it runs with this process's rights, so nobody
 * else may write there. The libraries that unpack native code fall back to a folder of a known name
 * in the shared temporary folder, where another user can have put his own before.
 */
public final class NativeFolder {
  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /** In a home folder a user's own group may write: umask 002 is common. */
  private static final Set<PosixFilePermission> ALL_WRITE =
      Set.of(PosixFilePermission.OTHERS_WRITE);

  private static final Set<PosixFilePermission> OTHERS_WRITE =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private static final int ROOT = 0;

  private NativeFolder() {}

  /**
   * The folder of that name in the home folder; one in the temporary folder where there is no home
   * that can be written, as for a user without an entry in {@code /etc/passwd}, or where everybody
   * can write to it. Made if it is not there.
   *
   * @param name such as {@code .djl.ai}
   * @throws IllegalStateException if nothing can be written
   */
  public static Path of(String name) {
    return of(
        name,
        Path.of(System.getProperty("user.home")),
        Path.of(System.getProperty("java.io.tmpdir")));
  }

  static Path of(String name, Path home, Path temporary) {
    try {
      if (!isPosix(temporary)) { // Windows' temporary folder is the user's own
        return (Files.isWritable(home) ? home : temporary).resolve(name);
      }
      if (home.isAbsolute() && Files.isWritable(home)) {
        Path folder = made(home.resolve(name));
        if (isOwn(folder.toRealPath(), ALL_WRITE)) {
          return folder;
        }
      }
      return inTemporary(name, temporary);
    } catch (IOException e) {
      throw new IllegalStateException(
          "Cannot unpack native libraries: neither "
              + home
              + " nor "
              + temporary
              + " can be written (set HOME, or -Djava.io.tmpdir): "
              + e,
          e);
    }
  }

  /**
   * The same folder as the last process of this user had, or a new one if its name is taken by
   * somebody else.
   */
  private static Path inTemporary(String name, Path temporary) throws IOException {
    Path usual = temporary.resolve("boxmill-" + user() + name);
    try {
      return Files.createDirectory(usual, PRIVATE);
    } catch (FileAlreadyExistsException used) {
      return isOwn(usual, OTHERS_WRITE)
          ? usual
          : Files.createTempDirectory(temporary, "boxmill-", PRIVATE);
    }
  }

  private static Path made(Path folder) throws IOException {
    return Files.exists(folder) ? folder : Files.createDirectory(folder, PRIVATE);
  }

  /** A folder, no link, of this user or root, without those permissions. */
  private static boolean isOwn(Path folder, Set<PosixFilePermission> refused) throws IOException {
    int owner = (int) Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        && (owner == ROOT || owner == user())
        && Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS).stream()
            .noneMatch(refused::contains);
  }

  /** Number of the user that this process runs as. */
  private static int user() throws IOException {
    Path own = Files.createTempFile("boxmill-", ".user");
    try {
      return (int) Files.getAttribute(own, "unix:uid");
    } finally {
      Files.delete(own);
    }
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix");
  }
}
