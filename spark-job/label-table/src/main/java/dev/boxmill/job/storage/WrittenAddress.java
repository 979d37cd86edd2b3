package dev.boxmill.job.storage;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/** Addresses as people and programs write them into lists, and the form that the table has. */
public final class WrittenAddress {

  private static final Pattern WINDOWS =
      Pattern.compile("[a-zA-Z]:[\\\\/].*|\\\\\\\\[^\\\\]+\\\\.*", Pattern.DOTALL);

  private static final String LOCALHOST = "file://localhost";
  private static final String DATA = "data:";
  private static final int LONGEST_DATA = 80;

  private final Configuration hadoop;

  /** Schemes of S3 that nothing here serves: {@code s3a} reads their addresses. */
  private final Set<String> unserved;

  public WrittenAddress(Configuration hadoop) {
    this.hadoop = hadoop;
    this.unserved =
        Stream.of("s3", "s3n")
            .filter(scheme -> !isServed(scheme, hadoop))
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * The address without user and signature, its scheme as the stores here know it, and the escapes
   * of a local URI undone. No host is asked.
   */
  public SignedAddress of(String text) {
    if (text.startsWith(DATA) && text.length() > LONGEST_DATA) {
      String hash = DigestUtils.sha256Hex(text);
      return new SignedAddress(text.substring(0, LONGEST_DATA) + "…" + hash, "");
    }
    SignedAddress address = SignedAddress.of(text);
    String uri = address.uri();
    if (AddressSecrets.hasUser(uri)) {
      return new SignedAddress(AddressSecrets.withoutUser(uri), "");
    }
    if (!Locations.hasScheme(uri) || isWindows(uri)) {
      return address;
    }
    String known = withKnownScheme(uri);
    if (WebFile.isWeb(known)) {
      return new SignedAddress(withoutFragment(known), address.signedQuery());
    }
    return new SignedAddress(
        known.startsWith("file:") ? withoutEscapes(known) : known, address.signedQuery());
  }

  /** Why nothing here reads an address, whatever the stores hold; the reason alone. */
  public static Optional<String> problem(String uri) {
    if (AddressSecrets.hasUser(uri)) {
      return Optional.of(
          "its address must hold no credentials (give them to the store's client, for S3 by an"
              + " instance's role, AWS_ACCESS_KEY_ID or fs.s3a.secret.key)");
    }
    if (isWindows(uri)) {
      return Optional.of("it is a path of Windows (write paths as this machine has them)");
    }
    return uri.startsWith(DATA)
        ? Optional.of("it is no address but data (write images to files)")
        : Optional.empty();
  }

  private static boolean isWindows(String text) {
    return WINDOWS.matcher(text).matches();
  }

  private String withKnownScheme(String uri) {
    int end = uri.indexOf(':');
    String scheme = uri.substring(0, end).toLowerCase(Locale.ROOT);
    return (unserved.contains(scheme) ? "s3a" : scheme) + uri.substring(end);
  }

  private static boolean isServed(String scheme, Configuration hadoop) {
    try {
      return FileSystem.getFileSystemClass(scheme, hadoop) != null;
    } catch (UnsupportedFileSystemException unknown) {
      return false;
    } catch (IOException | RuntimeException | LinkageError broken) {
      return true;
    }
  }

  private static String withoutFragment(String uri) {
    int fragment = uri.indexOf('#');
    return fragment < 0 ? uri : uri.substring(0, fragment);
  }

  /** A file that is there by the name as it is written has that name. */
  private String withoutEscapes(String uri) {
    String local =
        uri.startsWith(LOCALHOST + "/") ? "file://" + uri.substring(LOCALHOST.length()) : uri;
    if (local.indexOf('%') < 0) {
      return local;
    }
    String unescaped = LocalFiles.unescaped(local);
    return unescaped.equals(local) || exists(local) ? local : unescaped;
  }

  private boolean exists(String uri) {
    try {
      Path path = new Path(uri);
      return LocalFiles.of(Locations.filesystem(path, hadoop), path)
          .filter(java.nio.file.Files::exists)
          .isPresent();
    } catch (IOException | RuntimeException unknown) {
      return false;
    }
  }
}
