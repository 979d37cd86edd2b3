package dev.boxmill.job.storage;

import dev.boxmill.job.error.BadInputException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Between the texts that users write, Hadoop's paths, and the table's {@code image_uri}. */
public final class Locations {

  private static final Pattern SCHEME =
      Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*:/.*", Pattern.DOTALL);
  private static final String S3 = "s3a://";
  private static final Pattern GLOB_CHARACTER = Pattern.compile("[{}\\[\\]*?\\\\]");

  private Locations() {}

  /**
   * The absolute path of a text that a user wrote: a URI, an absolute path, or one relative to the
   * working directory. A colon does not make a scheme unless a slash follows it.
   *
   * @throws BadInputException if its store can't be reached
   * @throws IOException if no filesystem serves the scheme
   */
  public static Path absolute(String text, Configuration hadoop) throws IOException {
    Path path = parse(text);
    FileSystem files = store(path, hadoop);
    ReachableStore.require(path, hadoop);
    return path.makeQualified(files.getUri(), files.getWorkingDirectory());
  }

  /**
   * The filesystem that serves a path.
   *
   * @throws BadInputException if its client is not on the class path
   * @throws IOException if no filesystem serves the scheme, or it can't be opened
   */
  public static FileSystem store(Path path, Configuration hadoop) throws IOException {
    FileSystem files = withClient(path, () -> path.getFileSystem(hadoop));
    FileSystem raw =
        files instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : files;
    if (raw instanceof RawLocalFileSystem local) {
      ProcessUmask.heed(local);
    }
    return files;
  }

  /**
   * Looks whether a filesystem serves a scheme, and contacts no host.
   *
   * @throws BadInputException if its client is not on the class path
   * @throws IOException if no filesystem serves the scheme
   */
  public static void requireServed(Path path, Configuration hadoop) throws IOException {
    withClient(path, () -> FileSystem.getFileSystemClass(path.toUri().getScheme(), hadoop));
  }

  /**
   * Whether a text names an object of S3 by a key with two slashes in a row: its client would take
   * them for one, and read another object or none.
   */
  public static boolean isMergedByClient(String text) {
    int key = text.startsWith(S3) ? text.indexOf('/', S3.length()) : -1;
    return key >= 0 && text.indexOf("//", key) >= 0;
  }

  /** What asks Hadoop for a filesystem. */
  private interface Lookup<T> {
    T find() throws IOException;
  }

  private static <T> T withClient(Path path, Lookup<T> lookup) throws IOException {
    try {
      return lookup.find();
    } catch (NoClassDefFoundError missing) {
      throw withoutClient(path, missing);
    } catch (RuntimeException failure) {
      if (failure.getCause() instanceof ClassNotFoundException) {
        throw withoutClient(path, failure);
      }
      throw failure;
    }
  }

  private static BadInputException withoutClient(Path path, Throwable cause) {
    String scheme = path.toUri().getScheme();
    String remedy =
        "s3a".equals(scheme)
            ? "add hadoop-aws and the AWS SDK bundle: './mvnw -Ps3 package' puts them in"
                + " spark-job/cli/target/s3, give those jars to spark-submit with --jars or run on a"
                + " Spark that has them; ./boxmill takes them where an argument names s3a://,"
                + " and not for a manifest's addresses alone"
            : "add its jars with spark-submit --jars";
    return new BadInputException(
        "Cannot open "
            + uri(path)
            + ": the client of the filesystem "
            + scheme
            + " is not on the class path ("
            + remedy
            + ")",
        cause);
  }

  /**
   * The filesystem for images, and for files that are put in place by one rename. Local files are
   * read and written without the checksum files that Hadoop would keep beside them: those can't be
   * named for a file with a colon, and would need a rename of their own.
   */
  public static FileSystem filesystem(Path path, Configuration hadoop) throws IOException {
    FileSystem files = store(path, hadoop);
    return files instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : files;
  }

  /** Whether a folder is there. */
  static boolean isFolder(Path path, Configuration hadoop) throws IOException {
    try {
      return filesystem(path, hadoop).getFileStatus(path).isDirectory();
    } catch (FileNotFoundException free) {
      return false;
    }
  }

  /** The absolute path of a text that stands in a manifest, relative to the manifest's folder. */
  public static Path relativeTo(Path folder, String text) {
    AddressSecrets.refuse(text);
    return hasScheme(text) ? new Path(text) : new Path(folder, parse(text));
  }

  /** The path as it stands in the label table. */
  public static String uri(Path path) {
    String text = path.toString();
    return text.startsWith("file:/") && !text.startsWith("file://")
        ? "file://" + text.substring("file:".length())
        : text;
  }

  /** The path for an API that expands patterns, such that it means only itself. */
  public static String literal(Path path) {
    return GLOB_CHARACTER.matcher(path.toString()).replaceAll("\\\\$0");
  }

  public static boolean hasGlobCharacter(String text) {
    return GLOB_CHARACTER.matcher(text).find();
  }

  /** Whether a path is that folder or lies below it. */
  public static boolean holds(Path folder, Path path) {
    String prefix = uri(folder);
    String candidate = uri(path);
    return candidate.equals(prefix)
        || candidate.startsWith(prefix.endsWith("/") ? prefix : prefix + "/");
  }

  public static boolean hasScheme(String text) {
    return SCHEME.matcher(text).matches();
  }

  /**
   * What stands in a URI gets into the table, its run record, messages and logs.
   *
   * @throws BadInputException if the text holds a password or another key
   */
  public static void refuseCredentials(String text) {
    AddressSecrets.refuse(text);
  }

  /**
   * Refuses what nothing here reads, whatever the stores hold.
   *
   * @throws NotReadableException with the reason
   */
  public static void refuseUnreadable(String uri) throws NotReadableException {
    Optional<String> problem = WrittenAddress.problem(uri);
    if (problem.isPresent()) {
      throw new NotReadableException(problem.get());
    }
  }

  private static Path parse(String text) {
    refuseCredentials(text);
    if (hasScheme(text) || text.startsWith("/")) {
      return new Path(text);
    }
    return new Path(null, null, text);
  }
}
