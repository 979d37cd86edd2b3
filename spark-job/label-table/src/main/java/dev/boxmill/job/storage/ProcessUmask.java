package dev.boxmill.job.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeys;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * The permissions that this process withholds from files that it makes. Hadoop knows a setting
 * instead, whose default lets everybody read what is written to a local disk.
 */
final class ProcessUmask {

  private static final String SETTING = CommonConfigurationKeys.FS_PERMISSIONS_UMASK_KEY;
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String FIELD = "Umask:";

  private static final Optional<String> HERE = read(STATUS);

  private ProcessUmask() {}

  /** Makes a local filesystem heed it; a user's own setting stays. */
  static void heed(RawLocalFileSystem files) {
    heed(files, HERE);
  }

  static void heed(RawLocalFileSystem files, Optional<String> umask) {
    Configuration settings = files.getConf();
    if (umask.isEmpty() || settings == null || isSet(settings)) {
      return;
    }
    // not in the settings of before, which other filesystems share
    Configuration own = new Configuration(settings);
    own.set(SETTING, umask.get());
    files.setConf(own);
  }

  private static boolean isSet(Configuration settings) {
    String[] sources = settings.getPropertySources(SETTING);
    return sources != null && !Arrays.asList(sources).equals(List.of("core-default.xml"));
  }

  /** Octal digits; empty where the system has no such file. */
  static Optional<String> read(Path status) {
    try (var lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith(FIELD))
          .map(line -> line.substring(FIELD.length()).strip())
          .findFirst();
    } catch (IOException unknown) {
      return Optional.empty();
    }
  }
}
