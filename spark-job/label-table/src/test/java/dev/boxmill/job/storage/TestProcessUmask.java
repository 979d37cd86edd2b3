package dev.boxmill.job.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestProcessUmask {

  @TempDir Path folder;

  @Test
  void filesGetWhatTheProcessAllows() throws IOException {
    assertThat(permissions(new Configuration(), "0077")).isEqualTo("rw-------");
    assertThat(permissions(new Configuration(), "0002")).isEqualTo("rw-rw-r--");
  }

  @Test
  void usersOwnSettingStays() throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.permissions.umask-mode", "027");

    assertThat(permissions(hadoop, "0077")).isEqualTo("rw-r-----");
  }

  @Test
  void otherFilesystemsKeepTheirs() throws IOException {
    Configuration hadoop = new Configuration();
    permissions(hadoop, "0077");

    assertThat(hadoop.get("fs.permissions.umask-mode")).isEqualTo("022");
  }

  @Test
  void systemTellsIt() throws IOException {
    Path status =
        Files.writeString(folder.resolve("status"), "Name:\tjava\nUmask:\t0027\nTgid: 1\n");

    assertThat(ProcessUmask.read(status)).hasValue("0027");
    assertThat(ProcessUmask.read(folder.resolve("none"))).isEmpty();
  }

  private String permissions(Configuration hadoop, String umask) throws IOException {
    Path file = folder.resolve("file-" + umask);
    try (RawLocalFileSystem files = new RawLocalFileSystem()) {
      files.initialize(URI.create("file:///"), hadoop);
      ProcessUmask.heed(files, Optional.of(umask));
      files.create(new org.apache.hadoop.fs.Path(file.toString()), true).close();
    }
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
