package dev.boxmill.job.storage;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.S3Failure;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Asks each S3 store once whether it is there. The client tries for many minutes, which is good on
 * the way, and bad where the address is wrong from the start.
 */
final class ReachableStore {

  private static final Set<String> REACHED = ConcurrentHashMap.newKeySet();

  private ReachableStore() {}

  /**
   * Takes up to some 15 seconds, the client's shortest time to wait for a connection.
   *
   * @throws BadInputException if nothing answers
   */
  static void require(Path path, Configuration hadoop) {
    String store = path.toUri().getScheme() + "://" + path.toUri().getAuthority();
    if (!store.startsWith("s3a:") || REACHED.contains(store)) {
      return;
    }
    try (FileSystem files = FileSystem.newInstance(path.toUri(), impatient(hadoop))) {
      files.exists(path);
    } catch (IOException | RuntimeException failure) {
      refuse(path, hadoop, failure);
    }
    REACHED.add(store);
  }

  private static Configuration impatient(Configuration hadoop) {
    Configuration once = new Configuration(hadoop);
    once.setInt("fs.s3a.attempts.maximum", 0);
    once.setInt("fs.s3a.retry.limit", 0);
    once.set("fs.s3a.connection.establish.timeout", "15s");
    once.set("fs.s3a.connection.timeout", "15s");
    return once;
  }

  /** Other failures show when the store is used, with what was asked for. */
  private static void refuse(Path path, Configuration hadoop, Exception failure) {
    Optional<String> reason = S3Failure.unreachable(failure);
    if (reason.isPresent()) {
      throw new BadInputException(
          "Cannot reach the store of "
              + Locations.uri(path)
              + " at "
              + hadoop.get("fs.s3a.endpoint", "Amazon's endpoint")
              + ": "
              + reason.get()
              + " (check fs.s3a.endpoint, the network and its proxy)",
          failure);
    }
  }
}
