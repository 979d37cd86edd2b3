import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/** Hadoop's local disk, which sets permissions by Java: Hadoop starts chmod, and a fork in QEMU's emulation may never end. */
public final class ForklessDisk extends LocalFileSystem {

  public ForklessDisk() {
    super(
        new RawLocalFileSystem() {
          @Override
          public void setPermission(Path path, FsPermission permission) throws IOException {
            String text = FsPermission.createImmutable((short) (permission.toShort() & 0777)).toString();
            Files.setPosixFilePermissions(pathToFile(path).toPath(), PosixFilePermissions.fromString(text));
          }
        });
  }
}
